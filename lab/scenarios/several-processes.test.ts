import { readdirSync, readFileSync } from "node:fs";
import { createClient, type Transport } from "@connectrpc/connect";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { PostService } from "#gen/skein/content/v1/post_service_pb.ts";
import { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import { TimelineMode } from "#gen/skein/timeline/v1/timeline_pb.ts";
import { TimelineService } from "#gen/skein/timeline/v1/timeline_service_pb.ts";
import { arrive, type Person } from "./people.ts";
import { settled } from "./settled.ts";
import { type Several, startSeveral } from "./shapes.ts";

let town: Several & AsyncDisposable;
beforeAll(async () => {
  town = await startSeveral(2);
});
afterAll(() => town[Symbol.asyncDispose]());

/** The processes that a process has started. */
const childrenOf = (pid: number): number[] =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && parentOf(name) === pid)
    .map(Number);

function parentOf(pid: string): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    return 0; // it has gone since
  }
}

/** What was written last, as whoever wrote it shows it to others. */
async function tokenOf(act: (options: { onHeader(headers: Headers): void }) => Promise<unknown>): Promise<string> {
  let token = "";
  await act({
    onHeader(headers) {
      token = headers.get("skein-token") ?? "";
    },
  });
  return token;
}

const homeOf = async (through: Transport, { as }: Person, token: string, mode: TimelineMode): Promise<string[]> => {
  const headers = { ...as.headers, ...(token && { "skein-token": token }) };
  const page = await createClient(TimelineService, through).listHomeTimeline({ mode }, { headers });
  return page.items.map(({ post }) => post?.card?.text ?? "");
};

test("whichever process is asked shows what another wrote, and believes nothing that another has changed", async () => {
  const { ann, bob } = await arrive(town, "ann", "bob");
  const doors = [town.connection(), town.connection()] as const;
  await createClient(GraphService, doors[0]).followAccount({ accountId: ann.id }, bob.as);
  await settled(town);
  const graphs = [createClient(GraphService, doors[0]), createClient(GraphService, doors[1])] as const;
  const seenBy = async (token: string) => {
    const modes = [TimelineMode.CHRONOLOGICAL, TimelineMode.RANKED];
    const homes = await Promise.all(doors.flatMap((door) => modes.map((mode) => homeOf(door, bob, token, mode))));
    return [...new Set(homes.map((home) => home.toSorted().join()))];
  };
  const written: string[] = [];
  for (let turn = 0; turn < 8; turn++) {
    const [here, there] = turn % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const);
    const text = `turn ${turn}`;
    const posted = await tokenOf((options) =>
      createClient(PostService, doors[here]).createPost({ post: { text } }, { ...ann.as, ...options }),
    );
    written.push(text);
    const all = [written.toSorted().join()];
    expect(await seenBy(posted)).toEqual(all);
    expect(await seenBy("")).toEqual(all); // both remember bob now
    const hidden = await tokenOf(
      (options) => graphs[there]?.muteAccount({ accountId: ann.id }, { ...bob.as, ...options }) as Promise<unknown>,
    );
    expect(await seenBy(hidden)).toEqual([""]);
    const shown = await tokenOf(
      (options) => graphs[here]?.unmuteAccount({ accountId: ann.id }, { ...bob.as, ...options }) as Promise<unknown>,
    );
    expect(await seenBy(shown)).toEqual(all);
  }
});

test("one that is killed is followed by another, and meanwhile the others serve", async () => {
  const { cleo } = await arrive(town, "cleo");
  const before = childrenOf(town.pid);
  expect(before).toHaveLength(2);
  for (const [place, pid] of before.entries()) {
    process.kill(pid, "SIGKILL");
    await vi.waitFor(
      async () => {
        // What was just being handed to the dead one is lost: clients wait for so long and come again.
        const options = { ...cleo.as, timeoutMs: 1_000 };
        const { account } = await createClient(IdentityService, town.connection()).getMe({}, options);
        expect(account?.profile?.handle).toBe("cleo");
      },
      { timeout: 10_000 },
    );
    const again = () => expect(town.lines.filter((line) => line.endsWith("serves again"))).toHaveLength(place + 1);
    await vi.waitFor(again, { timeout: 30_000 });
  }
  expect(childrenOf(town.pid).some((pid) => before.includes(pid))).toBe(false);
});

test("asked to stop, all of them drain and go", async () => {
  const several = await startSeveral(3);
  const all = childrenOf(several.pid);
  expect(all).toHaveLength(3);
  await several[Symbol.asyncDispose]();
  expect(await several.ended).toBe("exit code 0");
  expect(all.filter((pid) => parentOf(String(pid)) > 0)).toEqual([]);
});

test("a setting that is wrong is told once, in words", async () => {
  await expect(startSeveral(0)).rejects.toThrow("exit code");
});
