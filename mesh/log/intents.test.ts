import { expect, test } from "vitest";
import { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import { sql } from "../store/sql.ts";
import { type ToyDeps, toy } from "../testing/toy.ts";
import { startTestMesh } from "../testing.ts";
import { type Effect, type Intent, intend, intentJobs, NotDone, type Promised, workIntents } from "./intents.ts";

const never = new AbortController().signal;

/** A service that intends things, and the effects of a test's own. */
async function started(act: Effect<ToyDeps>["act"], promised: Promised = "AT_LEAST_ONCE", attempts = 3) {
  const mesh = await startTestMesh([toy("identity", [IdentityService], {})]);
  const deps = mesh.deps<ToyDeps>("identity");
  const { db } = deps;
  const effects: Effect<ToyDeps>[] = [{ kind: "ring", promised, attempts, act }];
  return {
    db,
    deps,
    intend: (key: string, more: { kind?: string; afterMs?: number } = {}) =>
      db.commit(undefined, (tx) => intend(tx, { kind: "ring", payload: Buffer.from(key), ...more, key })),
    work: () => workIntents(effects, deps, never),
    /** Time passes until everything that waits is due. */
    wait: () => db.query(sql`update intent set due_at = now() - interval '1 second' where state in ('DUE', 'CLAIMED')`),
    states: async () =>
      Object.fromEntries(
        (
          await db.query<{ key: string; state: string; attempts: number }>(sql`select key, state, attempts from intent`)
        ).map(({ key, state, attempts: tried }) => [key, `${state} ${tried}`]),
      ),
    [Symbol.asyncDispose]: () => mesh[Symbol.asyncDispose](),
  };
}

test("what is intended is done once, with what it was intended with; intending it again changes nothing", async () => {
  const seen: Intent[] = [];
  await using here = await started(async (intent) => void seen.push(intent));
  await here.intend("a");
  await here.intend("a");
  await here.intend("later", { afterMs: 60_000 });
  await here.intend("of others", { kind: "knock" });
  expect(await here.work()).toBe(1);
  expect(await here.work()).toBe(0);
  expect(seen).toMatchObject([{ key: "a", subject: "", attempt: 1 }]);
  expect(Buffer.from(seen[0]?.payload ?? []).toString()).toBe("a");
  expect(await here.states()).toEqual({ a: "DONE 1", later: "DUE 0", "of others": "DUE 0" });
  await here.intend("a");
  expect(await here.work()).toBe(0);
});

test("what is not committed is not done", async () => {
  const seen: Intent[] = [];
  await using here = await started(async (intent) => void seen.push(intent));
  const broken = here.db.commit(undefined, async (tx) => {
    await intend(tx, { kind: "ring", key: "a", payload: new Uint8Array() });
    throw new Error("changes its mind");
  });
  await expect(broken).rejects.toThrow("changes its mind");
  expect(await here.work()).toBe(0);
  expect(seen).toEqual([]);
});

test.each(["AT_LEAST_ONCE", "CONVERGENT"] as const)(
  "%s: what fails is tried again with the same key, later each time, and given up visibly",
  async (promised) => {
    const seen: string[] = [];
    const fail = async ({ key, attempt }: Intent) => {
      seen.push(`${key} ${attempt}`);
      if (key === "bad" || attempt < 2) throw new Error("out of reach");
    };
    await using here = await started(fail, promised);
    await here.intend("good");
    await here.intend("bad");
    await here.work();
    expect(await here.work()).toBe(0); // not at once
    for (let round = 0; round < 4; round++) {
      await here.wait();
      await here.work();
    }
    expect(seen.toSorted()).toEqual(["bad 1", "bad 2", "bad 3", "good 1", "good 2"]);
    expect(await here.states()).toEqual({ good: "DONE 2", bad: "GIVEN_UP 3" });
    expect(await here.db.query(sql`select failure from intent where key = 'bad'`)).toEqual([
      { failure: "Error: out of reach" },
    ]);
  },
);

test("AT_MOST_ONCE: what failed may have happened and is not tried again, unless it is sure that nothing happened", async () => {
  const seen: string[] = [];
  const fail = async ({ key, attempt }: Intent) => {
    seen.push(`${key} ${attempt}`);
    if (key === "unsure") throw new Error("no answer");
    if (attempt < 2) throw new NotDone("refused before anything was sent");
  };
  await using here = await started(fail, "AT_MOST_ONCE");
  await here.intend("unsure");
  await here.intend("sure");
  for (let round = 0; round < 3; round++) {
    await here.work();
    await here.wait();
  }
  expect(seen.toSorted()).toEqual(["sure 1", "sure 2", "unsure 1"]);
  expect(await here.states()).toEqual({ unsure: "GIVEN_UP 1", sure: "DONE 2" });
});

test("AT_MOST_ONCE: it is claimed before anything happens, and of a claim that nobody closes nobody knows", async () => {
  const begun = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  const seen: string[] = [];
  const slow = async ({ key }: Intent) => {
    seen.push(key);
    begun.resolve();
    await go.promise;
  };
  await using here = await started(slow, "AT_MOST_ONCE");
  await here.intend("a");
  const working = here.work();
  await begun.promise;
  expect(await here.states()).toEqual({ a: "CLAIMED 1" });
  await here.wait(); // its worker is believed dead
  expect(await here.work()).toBe(0);
  expect(seen).toEqual(["a"]);
  expect(await here.states()).toEqual({ a: "GIVEN_UP 1" });
  go.resolve();
  await working;
  expect(await here.states()).toEqual({ a: "DONE 1" }); // it was alive after all, and knows
});

test("one that was slow does not undo what its successor does", async () => {
  const ends = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const seen: number[] = [];
  await using here = await started(async ({ attempt }) => {
    seen.push(attempt);
    await ends[attempt - 1]?.promise;
    if (attempt === 1) throw new Error("too late");
  });
  await here.intend("slow");
  const first = here.work();
  await expect.poll(() => seen).toEqual([1]);
  await here.wait();
  const second = here.work();
  await expect.poll(() => seen).toEqual([1, 2]);
  ends[0]?.resolve();
  await first;
  expect(await here.db.query(sql`select failure from intent`)).toEqual([{ failure: "" }]);
  ends[1]?.resolve();
  await second;
  expect(await here.states()).toEqual({ slow: "DONE 2" });
});

test("several workers share what is due, and nothing is done twice", async () => {
  const seen: string[] = [];
  await using here = await started(async ({ key }) => void seen.push(key));
  for (let n = 0; n < 40; n++) await here.intend(`k${n}`);
  const taken = await Promise.all([here.work(), here.work(), here.work()]);
  expect(taken.reduce((sum, one) => sum + one)).toBe(40);
  expect(new Set(seen).size).toBe(40);
  expect(seen).toHaveLength(40);
});

test("a service's job does all that is due, and forgets what was done long ago", async () => {
  const seen: string[] = [];
  const effects: Effect<ToyDeps>[] = [
    { kind: "ring", promised: "CONVERGENT", act: async ({ key }) => void seen.push(key) },
  ];
  await using mesh = await startTestMesh([
    toy("identity", [IdentityService], {}, {}, { jobs: intentJobs(effects) as never }),
  ]);
  const { db } = mesh.deps<ToyDeps>("identity");
  await db.commit(undefined, async (tx) => {
    for (let n = 0; n < 40; n++) await intend(tx, { kind: "ring", key: `k${n}`, payload: new Uint8Array() });
  });
  await expect
    .poll(async () => ((await mesh.runJob("identity", "work-intents")) ? new Set(seen).size : seen.length), {
      timeout: 5_000,
    })
    .toBe(40);
  await db.query(sql`update intent set done_at = now() - interval '8 days' where key <> 'k7' and state = 'DONE'`);
  await expect.poll(() => mesh.runJob("identity", "sweep-intents")).toBe(true);
  expect(await db.query(sql`select key from intent`)).toEqual([{ key: "k7" }]);
  expect(seen).toHaveLength(40);
});
