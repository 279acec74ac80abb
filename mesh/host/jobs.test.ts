import { pino } from "pino";
import { expect, test } from "vitest";
import { PrivacyService } from "#gen/skein/identity/v1/privacy_service_pb.ts";
import { sql } from "../store/sql.ts";
import { type ToyDeps, toy } from "../testing/toy.ts";
import { startTestMesh } from "../testing.ts";
import { startJobs } from "./jobs.ts";

const service = toy("content", [PrivacyService], {});
const log = pino({ level: "silent" });

test("of many replicas one runs a job, and the next round is due later", async () => {
  await using mesh = await startTestMesh([service]);
  const deps = mesh.deps<ToyDeps>("content");
  let runs = 0;
  const job = { name: "count", everyMs: 3_600_000, run: async () => void runs++ };
  const start = () => startJobs([job], deps, { db: deps.db, lent: deps, log });
  await using one = await start();
  await using two = await start();
  await using three = await start();
  await expect.poll(() => runs, { timeout: 5_000 }).toBe(1);
  const again = await Promise.all([one, two, three].map((runner) => runner.run("count")));
  expect(again.filter(Boolean).length).toBeGreaterThanOrEqual(1); // asked for by name it runs early, still under the lease
  const [row] = await deps.db.query<{ holder: string | null; late: boolean }>(
    sql`select holder, due_at > now() + interval '50 minutes' as late from job where name = 'count'`,
  );
  expect(row).toEqual({ holder: null, late: true });
});

test("a job whose holder died is taken over when its lease is over", async () => {
  await using mesh = await startTestMesh([service]);
  const deps = mesh.deps<ToyDeps>("content");
  let runs = 0;
  const job = { name: "count", everyMs: 3_600_000, run: async () => void runs++ };
  await deps.db.query(
    sql`insert into job (name, holder, held_until) values ('count', 'dead', now() + interval '1 hour')`,
  );
  await using runner = await startJobs([job], deps, { db: deps.db, lent: deps, log });
  expect(await runner.run("count")).toBe(false);
  await deps.db.query(sql`update job set held_until = now() - interval '1 second' where name = 'count'`);
  await expect.poll(() => runs, { timeout: 5_000 }).toBe(1);
});

test("a job that lost its lease is told to stop, and does not end the round of whoever has it now", async () => {
  await using mesh = await startTestMesh([service]);
  const deps = mesh.deps<ToyDeps>("content");
  const [begun, told] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const beats: (() => void)[] = [];
  const timers = {
    ...deps.timers,
    every: (_: number, fn: () => void) => {
      beats.push(fn);
      return { [Symbol.dispose]: () => undefined };
    },
  };
  const job = {
    name: "long",
    everyMs: 3_600_000,
    async run(_: ToyDeps, signal: AbortSignal) {
      signal.addEventListener("abort", () => told.resolve());
      begun.resolve();
      await told.promise;
    },
  };
  await using runner = await startJobs([job], deps, { db: deps.db, lent: { ...deps, timers }, log });
  const round = runner.run("long");
  await begun.promise;
  await deps.db.query(sql`update job set holder = 'another' where name = 'long'`);
  for (const beat of beats) beat();
  await round;
  expect(await deps.db.query(sql`select holder from job where name = 'long'`)).toEqual([{ holder: "another" }]);
});

test("a long job does not keep the others of its service waiting", async () => {
  await using mesh = await startTestMesh([service]);
  const deps = mesh.deps<ToyDeps>("content");
  const other = Promise.withResolvers<void>();
  const jobs = [
    { name: "long", everyMs: 3_600_000, run: () => other.promise },
    { name: "other", everyMs: 3_600_000, run: async () => other.resolve() },
  ];
  await using _runner = await startJobs(jobs, deps, { db: deps.db, lent: deps, log });
  await other.promise;
});

test("a job that fails says so and comes round again", async () => {
  await using mesh = await startTestMesh([service]);
  const deps = mesh.deps<ToyDeps>("content");
  const job = { name: "fail", everyMs: 1_000, run: () => Promise.reject(new Error("not today")) };
  await using runner = await startJobs([job], deps, { db: deps.db, lent: deps, log });
  await runner.run("fail");
  const [row] = await deps.db.query(sql`select failure, holder from job where name = 'fail'`);
  expect(row).toEqual({ failure: "Error: not today", holder: null });
});

test("the log keeps its days and drops the old ones whole", async () => {
  await using mesh = await startTestMesh([service]);
  const { db } = mesh.deps<ToyDeps>("content");
  const days = async () =>
    (
      await db.query<{ relname: string }>(
        sql`select relname from pg_class where relname ~ '^log_[0-9]{8}$' and relkind = 'r' order by 1`,
      )
    ).length;
  expect(await days()).toBe(4); // today and three ahead
  await mesh.runJob("content", "keep-log");
  expect(await days()).toBe(4);
  await db.query(
    sql`insert into log (partition, seq, at, type, subject_id, payload) values (1, 1, now() - interval '30 days', 't', 's', '')`,
  );
  await mesh.runJob("content", "keep-log");
  expect(await db.query(sql`select 1 from log`)).toEqual([]); // a late row of an old day goes too
});
