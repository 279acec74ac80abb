import { Code } from "@connectrpc/connect";
import { expect, test } from "vitest";
import { fill, owner, person, remove, rename } from "../ops/testing.ts";
import { partitionOf } from "../partition.ts";
import { sql } from "../store/sql.ts";
import { keeping, standing, withOwner } from "../testing/keeping.ts";
import { startTestMesh, type TestMesh } from "../testing.ts";
import { verifyPartition } from "./verify.ts";

const partition = partitionOf(person(1));
const compared = { consumer: "keep-names", source: "identity", kind: "name" };
const proofOf = (mesh: TestMesh) => mesh.deps("content").proof;
const verify = (mesh: TestMesh) => proofOf(mesh).verify(compared, partition);
const drift = async (mesh: TestMesh) =>
  /skein_projection_drift\{.*kind="name"\} (\d+)/.exec(
    await (await fetch(`http://127.0.0.1:${mesh.mesh.adminPort}/metrics`)).text(),
  )?.[1];

test.each([
  ["lost", sql`delete from kept where id = (select id from kept order by id limit 1)`],
  ["changed", sql`update kept set handle = handle || '!' where id = (select id from kept order by id limit 1)`],
  ["invented", sql`insert into kept (id, shard, handle) values (gen_random_uuid(), ${partition}, 'ghost')`],
  [
    "doubled under another id",
    sql`insert into kept (id, shard, handle) select gen_random_uuid(), shard, handle from kept limit 1`,
  ],
])("one row that was %s among hundreds is drift, and a gauge, until it is built anew", async (_, damage) => {
  await using mesh = await startTestMesh([owner, keeping], { ADMIN_PORT: "0" });
  await rename(mesh, 1, "one");
  await fill(mesh, partition, 300);
  await mesh.settle();
  await proofOf(mesh).rebuild(compared, partition);
  expect(await verify(mesh)).toEqual({ rows: 301, differing: 0, unsettled: false });
  expect(await drift(mesh)).toBe("0");
  await mesh.deps("content").db.query(damage);
  expect(await verify(mesh)).toMatchObject({ differing: 1, unsettled: false });
  expect(await drift(mesh)).toBe("1");
  expect(await proofOf(mesh).rebuild(compared, partition)).toMatchObject({ repaired: 1 });
  expect(await verify(mesh)).toEqual({ rows: 301, differing: 0, unsettled: false });
  expect(await drift(mesh)).toBe("0");
});

test("values that have changed places are drift", async () => {
  await using mesh = await startTestMesh([owner, keeping]);
  await fill(mesh, partition, 2);
  await proofOf(mesh).rebuild(compared, partition);
  await mesh.deps("content").db.query(sql`update kept k set handle = o.handle from kept o where o.id <> k.id`);
  expect((await verify(mesh)).differing).toBeGreaterThan(0);
});

test("what goes on while the two are compared is not drift, and does not hide any", async () => {
  await using mesh = await startTestMesh([owner, keeping]);
  await rename(mesh, 1, "one");
  await fill(mesh, partition, 50);
  await proofOf(mesh).rebuild(compared, partition);
  let writing = true;
  const writer = (async () => {
    for (let n = 0; writing; n++) await (n % 5 === 0 ? remove(mesh, 1) : rename(mesh, 1, `h${n}`));
  })();
  for (let round = 0; round < 5; round++) expect(await verify(mesh)).toMatchObject({ differing: 0 });
  writing = false;
  await writer;
  await mesh.settle();
  await mesh.deps("content").db.query(sql`delete from kept where handle = 'n7'`);
  expect(await verify(mesh)).toMatchObject({ differing: 1, unsettled: false });
});

test("events of no concern that are only counted in memory do not keep two sides from being compared", async () => {
  await using mesh = await startTestMesh([owner, keeping]);
  await rename(mesh, 1, "one");
  await mesh.settle();
  const { db } = mesh.deps("identity");
  // As if another service's business had moved the log on: the position of the consumer is written down later.
  await db.query(sql`with head as (update log_head set seq = seq + 1 where partition = ${partition} returning seq)
    insert into log (partition, seq, at, type, subject_id, payload, trace) select ${partition}, seq, now(), 'of.no.Concern', '', '', '' from head`);
  await mesh.deps("content").db.query(sql`delete from kept`);
  expect(await verify(mesh)).toMatchObject({ differing: 1, unsettled: false });
});

test("two sides that never stand still together are unsettled, not different", async () => {
  await using mesh = await startTestMesh([owner, keeping]);
  await rename(mesh, 1, "one");
  await mesh.settle();
  await mesh.deps("content").db.query(sql`delete from kept`);
  const { parts, handle } = standing(mesh);
  let n = 0;
  const restless = withOwner(parts, (real) => ({
    async getDigest(request, options) {
      const answer = await real.getDigest(request, options);
      await rename(mesh, 1, `h${n++}`);
      return answer;
    },
  }));
  const [kind] = handle.consumer.restores;
  if (!kind) throw new Error("nothing to compare");
  const stale = {
    ...restless,
    db: { ...parts.db, query: async () => [{ seq: "0", range: null, rows: null, sum: null }] as never },
  };
  expect(await verifyPartition(stale, handle, kind, partition)).toEqual({ rows: 0, differing: 0, unsettled: true });
});

test("kinds that nobody compares have no digest, and kinds that are not there are named", async () => {
  const bare = { ...owner, snapshots: (owner.snapshots ?? []).map(({ words: _, ...one }) => one) };
  await using mesh = await startTestMesh([bare, keeping]);
  const ops = standing(mesh).parts.ownerAt("identity");
  await expect(ops.getDigest({ kind: "name", partition })).rejects.toMatchObject({ code: Code.FailedPrecondition });
  await expect(ops.getDigest({ kind: "nom", partition })).rejects.toMatchObject({ code: Code.NotFound });
});
