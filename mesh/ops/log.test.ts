import { fromBinary } from "@bufbuild/protobuf";
import { timestampDate, timestampFromDate } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import { expect, test } from "vitest";
import { ProfileSchema } from "#gen/skein/identity/v1/account_pb.ts";
import { ProfileUpdatedSchema } from "#gen/skein/identity/v1/identity_events_pb.ts";
import type { TailLogResponse } from "#gen/skein/ops/v1/ops_service_pb.ts";
import { positionsAt, readOn } from "../log/read-on.ts";
import { partitionOf } from "../partition.ts";
import { sql } from "../store/sql.ts";
import { startTestMesh, type TestMesh } from "../testing.ts";
import { admin, all, fill, opsOf, owner, peopleApart, person, remove, rename } from "./testing.ts";

const handleIn = (payload: Uint8Array) => fromBinary(ProfileUpdatedSchema, payload).profile?.handle;
const readers = async (mesh: TestMesh): Promise<number | undefined> => {
  const { db } = mesh.deps("identity");
  const rows: { n: number }[] = await db.query(sql`select count(*)::int as n from pg_stat_activity
    where datname = current_database() and application_name = 'skein snapshot'`);
  return rows[0]?.n;
};
const entriesOf = (answers: readonly TailLogResponse[]) => answers.flatMap(({ entries }) => entries);

test("a peer reads a partition's entries after a position, and how far it reaches", async () => {
  await using mesh = await startTestMesh([owner]);
  const ops = opsOf(mesh, "identity");
  for (const handle of ["a", "b", "c"]) await rename(mesh, 1, handle);
  const partition = partitionOf(person(1));
  const read = await ops.readLog({ partition, after: 1n, limit: 1 });
  expect(read).toMatchObject({ head: 3n, tooOld: false });
  expect(read.entries.map(({ seq, type, subjectId }) => [seq, type, subjectId])).toEqual([
    [2n, "skein.identity.v1.ProfileUpdated", person(1)],
  ]);
  expect(handleIn(read.entries[0]?.payload ?? new Uint8Array())).toBe("b");
  const { heads, incarnation } = await ops.getLogHeads({});
  expect(heads).toHaveLength(64);
  expect(heads[partition]).toBe(3n);
  expect(incarnation).toBe(read.incarnation);
  expect(incarnation).not.toBe("");
  await expect(ops.readLog({ partition: 64 })).rejects.toThrow("partition");
});

test("a snapshot holds what the log says up to its cut, and nothing of what comes while it is read", async () => {
  await using mesh = await startTestMesh([owner]);
  const ops = opsOf(mesh, "identity");
  const partition = partitionOf(person(1));
  await rename(mesh, 1, "before");
  await fill(mesh, partition, 1_200);
  const stream = ops.streamSnapshot({ kind: "name", partition })[Symbol.asyncIterator]();
  const cut = (await stream.next()).value?.part;
  expect(cut).toMatchObject({ case: "cut", value: { seq: 1n } });
  await rename(mesh, 1, "after");
  await fill(mesh, partition, 100);
  const parts = (await all({ [Symbol.asyncIterator]: () => stream })).map(({ part }) => part);
  const rows = parts.flatMap((part) => (part.case === "rows" ? part.value.rows : []));
  const profiles = rows.map((row) => fromBinary(ProfileSchema, row));
  expect(profiles).toHaveLength(1_201);
  expect(profiles.find(({ accountId }) => accountId === person(1))?.handle).toBe("before");
  expect(parts.length).toBe(3);
  // After a break it goes on behind the last key.
  const [first] = parts;
  const after = first?.case === "rows" ? first.value.lastKey : "";
  const rest = (await all(ops.streamSnapshot({ kind: "name", partition, after }))).map(({ part }) => part);
  expect(rest[0]).toMatchObject({ case: "cut", value: { seq: 2n } });
  const more = rest.flatMap((part) => (part.case === "rows" ? part.value.rows : []));
  const keys = new Set(profiles.slice(0, 500).map(({ accountId }) => accountId));
  expect(more.filter((row) => keys.has(fromBinary(ProfileSchema, row).accountId))).toEqual([]);
  expect(more.length).toBeGreaterThanOrEqual(701);
});

test("a snapshot of a kind that is not kept is refused, with those that are", async () => {
  await using mesh = await startTestMesh([owner]);
  const error = await all(opsOf(mesh, "identity").streamSnapshot({ kind: "post" })).catch(ConnectError.from);
  expect(error).toMatchObject({ code: Code.NotFound });
  expect(JSON.stringify((error as ConnectError).details)).toContain("name");
});

test("a reader that leaves in the middle holds no connection", async () => {
  await using mesh = await startTestMesh([owner]);
  const partition = partitionOf(person(1));
  await fill(mesh, partition, 1_200);
  for (let round = 0; round < 6; round++) {
    const leaving = new AbortController();
    const { signal } = leaving;
    for await (const { part } of opsOf(mesh, "identity").streamSnapshot({ kind: "name", partition }, { signal }))
      if (part.case === "rows") break;
    leaving.abort();
  }
  await expect.poll(() => readers(mesh)).toBe(0);
  const rows = await all(opsOf(mesh, "identity").streamSnapshot({ kind: "name", partition }));
  expect(rows.length).toBe(4);
});

test("the tail of a log begins where it is asked to, and shows what it is asked for in its order", async () => {
  await using mesh = await startTestMesh([owner]);
  const ops = opsOf(mesh, "identity");
  const [one = 0, two = 0] = peopleApart(2);
  await rename(mesh, one, "a");
  await rename(mesh, two, "b");
  await remove(mesh, two);
  const tail = async (more: object) => entriesOf(await all(ops.tailLog({ once: true, ...more }, admin)));
  const since = { seconds: 0n };
  const everything = await tail({ since });
  expect(everything).toHaveLength(3);
  expect(await tail({})).toEqual([]);
  expect(await tail({ since, types: ["AccountErasureDue"] })).toMatchObject([{ subjectId: person(two), seq: 2n }]);
  expect(await tail({ since, types: ["skein.identity.v1.ProfileUpdated"] })).toHaveLength(2);
  expect((await tail({ since, subjectId: person(two) })).map(({ seq }) => seq)).toEqual([1n, 2n]);
  const last = everything.at(-1)?.at;
  expect(await tail({ since: last && timestampFromDate(new Date(timestampDate(last).getTime() + 60_000)) })).toEqual(
    [],
  );
  expect(everything.map(({ subjectId }) => subjectId)).toEqual([one, two, two].map(person));
});

test("what is filtered away is not looked at again", async () => {
  await using mesh = await startTestMesh([owner]);
  const { query } = mesh.deps("identity").db;
  const start = await positionsAt(query, undefined);
  for (const handle of ["a", "b", "c"]) await rename(mesh, 1, handle);
  const { entries, positions } = await readOn(query, start, { types: ["AccountErasureDue"], subject: "" });
  expect(entries).toEqual([]);
  expect(positions.get(partitionOf(person(1)))).toBe(3n);
});

test("the tail of a log goes on with what comes, past pages and filters, until its reader leaves", async () => {
  await using mesh = await startTestMesh([owner]);
  const leaving = new AbortController();
  const request = { types: ["ProfileUpdated"] };
  const answers = opsOf(mesh, "identity").tailLog(request, { ...admin, signal: leaving.signal });
  const stream = answers[Symbol.asyncIterator]();
  expect((await stream.next()).value?.entries).toEqual([]); // it has begun
  for (let n = 0; n < 450; n++) await (n % 3 === 0 ? remove(mesh, 1) : rename(mesh, 1, `h${n}`));
  const found: (string | undefined)[] = [];
  while (found.length < 300) {
    const answer: IteratorResult<TailLogResponse> = await stream.next();
    found.push(...entriesOf(answer.done ? [] : [answer.value]).map(({ payload }) => handleIn(payload)));
  }
  expect(found).toEqual(
    Array.from({ length: 450 }, (_, n) => n)
      .filter((n) => n % 3 > 0)
      .map((n) => `h${n}`),
  );
  leaving.abort();
  await expect(stream.next()).rejects.toMatchObject({ code: Code.Canceled });
});
