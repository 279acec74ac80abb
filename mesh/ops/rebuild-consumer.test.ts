import { Code, ConnectError } from "@connectrpc/connect";
import { expect, test } from "vitest";
import { PARTITIONS, partitionOf } from "../partition.ts";
import { sql } from "../store/sql.ts";
import { startTestMesh, type TestMesh } from "../testing.ts";
import {
  admin,
  all,
  fill,
  mirrored,
  mirroring,
  opsOf,
  owner,
  peopleApart,
  person,
  refused,
  remove,
  rename,
} from "./testing.ts";

const rebuild = (mesh: TestMesh, partition?: number) =>
  all(
    opsOf(mesh, "content").rebuildConsumer(
      { consumer: "mirror-names", ...(partition !== undefined && { partition }) },
      admin,
    ),
  );
const positions = async (mesh: TestMesh) =>
  (await opsOf(mesh, "content").getConsumerLag({ consumer: "mirror-names" }, admin)).partitions;
const truth = async (mesh: TestMesh): Promise<Record<string, string>> => {
  const rows: { id: string; handle: string }[] = await mesh.deps("identity").db.query(sql`select id, handle from name`);
  return Object.fromEntries(rows.map(({ id, handle }) => [id, handle]));
};

test("a rebuilt consumer shows what its source holds, and nothing else", async () => {
  await using mesh = await startTestMesh([owner, mirroring]);
  const [one = 0, two = 0, three = 0] = peopleApart(3);
  for (const n of [one, two, three]) await rename(mesh, n, `h${n}`);
  await mesh.settle();
  const { db } = mesh.deps("content");
  // Somebody broke the mirror: one row is lost, one is wrong with a version of its own, one is a ghost.
  await db.query(sql`delete from mirror where id = ${person(one)}`);
  await db.query(sql`update mirror set handle = 'wrong', version = 1000000 where id = ${person(two)}`);
  await db.query(sql`insert into mirror values (${person(7_777)}, ${partitionOf(person(7_777))}, 'ghost', 1)`);
  await fill(mesh, partitionOf(person(one)), 1_100);
  const progress = await rebuild(mesh);
  expect(progress).toHaveLength(PARTITIONS + 1);
  expect(progress[0]).toMatchObject({ partitionsDone: 0, partitions: PARTITIONS, rows: 0n });
  expect(progress.at(-1)).toMatchObject({ partitionsDone: PARTITIONS, rows: 1_103n });
  expect(await mirrored(mesh)).toEqual(await truth(mesh));
  await rename(mesh, two, "later");
  await remove(mesh, three);
  await mesh.settle();
  expect(await mirrored(mesh)).toEqual(await truth(mesh));
});

test("one partition is rebuilt without touching the others", async () => {
  await using mesh = await startTestMesh([owner, mirroring]);
  const [one = 0, two = 0] = peopleApart(2);
  for (const n of [one, two]) await rename(mesh, n, `h${n}`);
  await mesh.settle();
  await mesh.deps("content").db.query(sql`update mirror set handle = 'wrong', version = 9`);
  expect((await rebuild(mesh, partitionOf(person(one)))).at(-1)).toMatchObject({
    partitionsDone: 1,
    partitions: 1,
    rows: 1n,
  });
  expect(await mirrored(mesh)).toEqual({ [person(one)]: `h${one}`, [person(two)]: "wrong" });
});

test("what is announced while a consumer is rebuilt is applied once it is done, and nothing twice", async () => {
  await using mesh = await startTestMesh([owner, mirroring]);
  for (let n = 1; n <= 40; n++) await rename(mesh, n, `h${n}`);
  await mesh.settle();
  await mesh.deps("content").db.query(sql`delete from mirror`);
  const writing = (async () => {
    for (let n = 1; n <= 120; n++) await (n % 10 === 0 ? remove(mesh, n % 40) : rename(mesh, n % 40, `later${n}`));
  })();
  await Promise.all([rebuild(mesh), rebuild(mesh), writing]);
  await mesh.settle();
  expect(await mirrored(mesh)).toEqual(await truth(mesh));
  expect((await positions(mesh)).filter(({ applied, head }) => applied !== head)).toEqual([]);
});

test("what had been put aside is in the snapshot: its letters go with the rebuild", async () => {
  await using mesh = await startTestMesh([owner, mirroring]);
  refused.add("poison");
  await rename(mesh, 1, "poison");
  await rename(mesh, 1, "fine");
  await mesh.settle();
  refused.delete("poison");
  await rebuild(mesh, partitionOf(person(1)));
  expect((await opsOf(mesh, "content").listDeadLetters({}, admin)).deadLetters).toEqual([]);
  expect(await mirrored(mesh)).toEqual({ [person(1)]: "fine" });
  await rename(mesh, 1, "finer");
  await mesh.settle();
  expect(await mirrored(mesh)).toEqual({ [person(1)]: "finer" });
});

test("a position that the log has dropped is mended from a snapshot without being asked", async () => {
  await using mesh = await startTestMesh([owner, mirroring]);
  await rename(mesh, 1, "known");
  await mesh.settle();
  const partition = partitionOf(person(1));
  // Two events are gone before anybody read or carried them: retention was over.
  const identity = mesh.deps("identity").db;
  await identity.query(sql`update name set handle = 'missed' where id = ${person(1)}`);
  await identity.query(sql`update log_head set seq = seq + 2 where partition = ${partition}`);
  await identity.query(sql`delete from log where partition = ${partition}`);
  await mesh.settle();
  expect(await mirrored(mesh)).toEqual({ [person(1)]: "missed" });
  await rename(mesh, 1, "heard");
  await mesh.settle();
  expect(await mirrored(mesh)).toEqual({ [person(1)]: "heard" });
});

test("a consumer without snapshots is not rebuilt, and says so", async () => {
  await using mesh = await startTestMesh([owner, mirroring]);
  const error = await all(opsOf(mesh, "content").rebuildConsumer({ consumer: "count-names" }, admin)).catch(
    ConnectError.from,
  );
  expect(error).toMatchObject({ code: Code.FailedPrecondition });
});
