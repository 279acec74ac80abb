import { Code, ConnectError } from "@connectrpc/connect";
import { beforeEach, expect, test } from "vitest";
import type { StreamSnapshotResponse } from "#gen/skein/ops/v1/ops_service_pb.ts";
import { admin, all, fill, opsOf, owner, person, remove, rename } from "../ops/testing.ts";
import { partitionOf } from "../partition.ts";
import { sql } from "../store/sql.ts";
import { changes, keeping, kept, owned, standing, withOwner } from "../testing/keeping.ts";
import { startTestMesh, type TestMesh } from "../testing.ts";
import { buildBeside } from "./beside.ts";

const partition = partitionOf(person(1));
const build = (mesh: TestMesh, parts = standing(mesh).parts) =>
  buildBeside(parts, standing(mesh).handle, "identity", partition);

beforeEach(() => void changes.splice(0));

test("a partition that was broken is made equal to its owner again, sums and all, and says what it changed", async () => {
  await using mesh = await startTestMesh([owner, keeping]);
  await rename(mesh, 1, "one");
  await fill(mesh, partition, 700);
  await build(mesh);
  const whole = await owned(mesh);
  expect(await kept(mesh)).toEqual(whole);
  changes.splice(0);
  const { db } = mesh.deps("content");
  const ids = Object.keys(whole.names);
  await db.query(sql`delete from kept where id = ${ids[3]}`);
  await db.query(sql`update kept set handle = 'wrong' where id = ${ids[4]}`);
  await db.query(sql`update kept set shard = ${(partition + 1) % 64} where id = ${ids[5]}`);
  await db.query(sql`insert into kept (id, shard, handle) values (${person(7_777)}, ${partition}, 'ghost')`);

  const built = await build(mesh);
  expect(built).toMatchObject({ rows: 701, repaired: 4, seq: 1n });
  expect((await kept(mesh)).names).toEqual(whole.names);
  expect(changes.flatMap(({ keys }) => keys).toSorted()).toEqual([ids[3], ids[4], ids[5], person(7_777)].toSorted());
});

test("a rebuild of what is right changes nothing, and sums stay exact across many", async () => {
  await using mesh = await startTestMesh([owner, keeping]);
  for (const n of [1, 2, 3]) await rename(mesh, n, `h${n}`);
  await mesh.settle();
  const rows = () => mesh.deps("content").db.query(sql`select xmin, ctid, * from kept order by id`);
  const before = await rows();
  const progress = await all(opsOf(mesh, "content").rebuildConsumer({ consumer: "keep-names" }, admin));
  expect(progress.at(-1)).toMatchObject({ partitionsDone: 64, rows: 3n, repaired: 0n });
  expect(await rows()).toEqual(before); // not even written anew
  expect(await kept(mesh)).toEqual(await owned(mesh));
});

test("a row that is replaced keeps what was decided, has a new stamp, and rows of our own stay", async () => {
  await using mesh = await startTestMesh([owner, keeping]);
  await rename(mesh, 1, "one");
  await mesh.settle();
  const { db } = mesh.deps("content");
  const look = () => db.query(sql`select handle, decided, stamp::int, looked from kept order by handle`);
  await db.query(sql`update kept set decided = 'once', looked = 5`);
  await db.query(sql`insert into kept (id, shard, handle) values (${person(8_888)}, ${partition}, 'mine')`);
  const before = await look();
  expect(await build(mesh)).toMatchObject({ repaired: 0 });
  expect(await look()).toEqual(before);
  await db.query(sql`update kept set handle = 'wrong' where handle = 'one'`);
  expect(await build(mesh)).toMatchObject({ repaired: 1 });
  const after = await look();
  expect(after).toEqual([before[0], { handle: "one", decided: "once", stamp: expect.any(Number), looked: 0 }]);
  expect(after[1].stamp).toBeGreaterThan(before[1].stamp);
});

test("the same snapshot and tail come to the same bytes, whatever was there before", async () => {
  await using mesh = await startTestMesh([owner, keeping]);
  await fill(mesh, partition, 600);
  await rename(mesh, 1, "one");
  const { db } = mesh.deps("content");
  const bytes = async () => {
    const [row] = await db.query(sql`select md5(string_agg(k::text, ' ' order by id)) as md5
      from (select id, shard, handle, length, decided, looked from kept) k`);
    return row?.md5;
  };
  const cut: StreamSnapshotResponse[] = [];
  const { parts } = standing(mesh);
  const recorded = withOwner(parts, (real) => ({
    async *streamSnapshot(request, options): AsyncGenerator<StreamSnapshotResponse> {
      if (cut.length === 0) for await (const one of real.streamSnapshot(request, options)) cut.push(one);
      yield* cut;
    },
  }));
  await build(mesh, recorded);
  for (let n = 0; n < 9; n++) await (n % 4 === 3 ? remove(mesh, 1) : rename(mesh, 1, `h${n}`)); // the tail
  await mesh.settle();
  await db.query(sql`update kept set handle = 'wrong' where handle like 'n1%'`);
  await build(mesh, recorded);
  const first = await bytes();
  await db.query(sql`delete from kept`);
  await build(mesh, recorded);
  expect(await bytes()).toBe(first);
  expect((await kept(mesh)).names).toEqual((await owned(mesh)).names);
});

test("while it takes its place readers see all of it or nothing", async () => {
  await using mesh = await startTestMesh([owner, keeping]);
  await fill(mesh, partition, 3_000);
  let reading = true;
  const seen = new Set<number>();
  const reader = (async () => {
    while (reading) seen.add(Object.keys((await kept(mesh)).names).length);
  })();
  await build(mesh);
  await mesh.deps("content").db.query(sql`update kept set handle = handle || '!'`);
  await build(mesh);
  reading = false;
  await reader;
  expect([...seen].filter((count) => count !== 0 && count !== 3_000)).toEqual([]);
});

test("while it is built events go on, and what they bring is in the copy when it takes its place", async () => {
  await using mesh = await startTestMesh([owner, keeping]);
  await rename(mesh, 1, "before");
  await fill(mesh, partition, 600);
  await mesh.settle();
  const { parts } = standing(mesh);
  const seen: string[] = [];
  const slow = withOwner(parts, (real) => ({
    async *streamSnapshot(request, options) {
      for await (const one of real.streamSnapshot(request, options)) {
        yield one;
        if (one.part.case !== "rows") continue;
        await rename(mesh, 1, `behind the cut ${seen.length}`);
        await mesh.settle();
        seen.push((await kept(mesh)).names[person(1)] ?? "");
      }
    },
  }));
  await build(mesh, slow);
  expect(seen).toEqual(["behind the cut 0", "behind the cut 1"]);
  expect((await kept(mesh)).names[person(1)]).toBe("behind the cut 1");
  await remove(mesh, 1);
  await mesh.settle();
  expect(await kept(mesh)).toEqual(await owned(mesh));
});

test("a copy that does not say what its owner says never takes its place", async () => {
  await using mesh = await startTestMesh([owner, keeping]);
  await rename(mesh, 1, "one");
  await mesh.settle();
  const { parts } = standing(mesh);
  const lying = withOwner(parts, (real) => ({
    async *streamSnapshot(request, options) {
      for await (const one of real.streamSnapshot(request, options)) if (one.part.case !== "rows") yield one;
    },
  }));
  await expect(build(mesh, lying)).rejects.toMatchObject({ reason: "SHADOW_UNLIKE", code: Code.FailedPrecondition });
  expect(await kept(mesh)).toEqual(await owned(mesh));
});

test("a stream that breaks is begun anew, so that all rows are of one cut; one that always does is given up", async () => {
  await using mesh = await startTestMesh([owner, keeping]);
  await rename(mesh, 1, "one");
  await fill(mesh, partition, 600);
  const { parts } = standing(mesh);
  const asked: string[] = [];
  const breaking = (times: number) =>
    withOwner(parts, (real) => ({
      async *streamSnapshot(request, options): AsyncGenerator<StreamSnapshotResponse> {
        const breaks = asked.push(request.after ?? "") <= times;
        let left = 2;
        for await (const one of real.streamSnapshot(request, options)) {
          if (breaks && left-- === 0) throw new ConnectError("the line broke", Code.Unavailable);
          yield one;
        }
      },
    }));
  await expect(build(mesh, breaking(99))).rejects.toMatchObject({ reason: "SNAPSHOT_BROKEN_OFF" });
  asked.splice(0);
  expect(await build(mesh, breaking(2))).toMatchObject({ rows: 601, repaired: 600 });
  expect(asked).toEqual(["", "", ""]);
  expect(await kept(mesh)).toEqual(await owned(mesh));
});

test("an event that writes more than what is declared is not repeated: the next snapshot has its rows", async () => {
  await using mesh = await startTestMesh([owner, keeping]);
  await rename(mesh, 1, "one");
  await mesh.settle();
  const { parts } = standing(mesh);
  let streams = 0;
  const meanwhile = withOwner(parts, (real) => ({
    async *streamSnapshot(request, options) {
      for await (const one of real.streamSnapshot(request, options)) yield one;
      if (streams++ > 0) return;
      await rename(mesh, 1, "note me");
      await mesh.settle(); // applied by the consumer itself: what is built has to follow it
    },
  }));
  await build(mesh, meanwhile);
  await mesh.settle();
  expect(streams).toBe(2);
  expect(await mesh.deps("content").db.query(sql`select handle from noted`)).toEqual([{ handle: "note me" }]);
  expect(await kept(mesh)).toEqual(await owned(mesh));
});

test("another replica may apply the partition all the while: nothing is lost and nothing done twice", async () => {
  await using mesh = await startTestMesh([owner, keeping]);
  for (let n = 0; n < 10; n++) await rename(mesh, 1, `h${n}`);
  await mesh.settle();
  const { parts, handle } = standing(mesh);
  // Not paused: this process plays the other replica.
  const elsewhere = {
    ...handle,
    position: () => undefined,
    paused: <A>(_: string, __: number, work: () => Promise<A>) => work(),
  };
  const writing = (async () => {
    for (let n = 10; n < 60; n++) await (n % 7 === 0 ? remove(mesh, 1) : rename(mesh, 1, `h${n}`));
  })();
  for (let round = 0; round < 6; round++) await buildBeside(parts, elsewhere, "identity", partition);
  await writing;
  await mesh.settle();
  expect(await kept(mesh)).toEqual({ names: { [person(1)]: "h59" }, people: 1 });
});
