import { timestampMs } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import { expect, test } from "vitest";
import { FailureSchema } from "#gen/skein/common/v1/failure_pb.ts";
import { ProfileUpdatedSchema } from "#gen/skein/identity/v1/identity_events_pb.ts";
import { partitionOf } from "../partition.ts";
import { sql } from "../store/sql.ts";
import { startTestMesh, type TestMesh } from "../testing.ts";
import { admin, mirrored, mirroring, opsOf, owner, peopleApart, person, refused, rename } from "./testing.ts";

const caught = (call: Promise<unknown>) => call.then(() => undefined, ConnectError.from);
const factsOf = (error: ConnectError | undefined) => error?.findDetails(FailureSchema)[0];
const lettersOf = async (mesh: TestMesh, more: object = {}) =>
  (await opsOf(mesh, "content").listDeadLetters(more, admin)).deadLetters;

test("consumers are listed with what they take, how far they are, and whether they can be rebuilt", async () => {
  await using mesh = await startTestMesh([owner, mirroring]);
  const ops = opsOf(mesh, "content");
  for (const n of [1, 2, 3]) await rename(mesh, n, `h${n}`);
  await mesh.settle();
  const { consumers, uncarried } = await ops.listConsumers({}, admin);
  expect(uncarried).toBe(0n);
  expect(consumers).toMatchObject([
    {
      ...{ name: "mirror-names", source: "identity", behind: 0n, deadLetters: 0n, rebuildable: true, stuck: "" },
      types: ["skein.identity.v1.ProfileUpdated", "skein.identity.v1.AccountErasureDue"],
      ...{ applied: 3n, sourceAway: false },
    },
    { name: "count-names", source: "identity", behind: 0n, rebuildable: false, types: [ProfileUpdatedSchema.typeName] },
  ]);
  const { partitions } = await ops.getConsumerLag({ consumer: "mirror-names" }, admin);
  expect(partitions).toHaveLength(64);
  expect(partitions.filter(({ applied, head }) => applied !== head)).toEqual([]);
  expect(partitions.reduce((sum, { head }) => sum + head, 0n)).toBe(3n);
  expect((await opsOf(mesh, "identity").listConsumers({}, admin)).consumers).toEqual([]);
});

test("while a source is away its consumers are listed all the same", async () => {
  await using mesh = await startTestMesh([owner, mirroring], {}, new Set(["content"]));
  const { consumers } = await opsOf(mesh, "content").listConsumers({}, admin);
  expect(consumers).toMatchObject([
    { name: "mirror-names", sourceAway: true },
    { name: "count-names", sourceAway: true },
  ]);
  const lag = await caught(opsOf(mesh, "content").getConsumerLag({ consumer: "mirror-names" }, admin));
  expect(lag?.code).toBe(Code.Unavailable);
});

test("a consumer that waits is as far behind as its source is ahead", async () => {
  await using mesh = await startTestMesh([owner, mirroring]);
  await mesh.settle();
  const handle = mesh.mesh.running.find(({ service }) => service === mirroring)?.carrying?.handles[0];
  const held = Promise.withResolvers<void>();
  const stopped = Promise.withResolvers<void>();
  const waiting = handle?.paused("identity", partitionOf(person(1)), async () => {
    stopped.resolve();
    await held.promise;
  });
  await stopped.promise;
  for (const name of ["a", "b"]) await rename(mesh, 1, name);
  const listed = async () => (await opsOf(mesh, "content").listConsumers({}, admin)).consumers[0];
  expect(await listed()).toMatchObject({ behind: 2n });
  const { partitions } = await opsOf(mesh, "content").getConsumerLag({ consumer: "mirror-names" }, admin);
  expect(partitions.filter(({ head, applied }) => head > applied)).toMatchObject([
    { source: "identity", partition: partitionOf(person(1)), applied: 0n, head: 2n },
  ]);
  held.resolve();
  await waiting;
  await mesh.settle();
  expect(await listed()).toMatchObject({ behind: 0n });
});

test("how fresh a consumer is, is known", async () => {
  await using mesh = await startTestMesh([owner, mirroring]);
  const before = mesh.clock.now().getTime();
  await rename(mesh, 1, "a");
  await mesh.settle();
  const freshAt = async () => {
    const at = (await opsOf(mesh, "content").listConsumers({}, admin)).consumers[0]?.freshAsOf;
    return at ? timestampMs(at) : 0;
  };
  await expect.poll(freshAt, { timeout: 5_000 }).toBeGreaterThanOrEqual(before);
});

test("a name that no consumer has is refused with those there are", async () => {
  await using mesh = await startTestMesh([owner, mirroring]);
  const ops = opsOf(mesh, "content");
  const stream = ops.rebuildConsumer({ consumer: "mirror" }, admin)[Symbol.asyncIterator]();
  for (const error of [await caught(ops.getConsumerLag({ consumer: "mirror" }, admin)), await caught(stream.next())]) {
    expect(error?.code).toBe(Code.NotFound);
    expect(factsOf(error)?.facts).toEqual({ consumers: "mirror-names, count-names" });
  }
});

test("an event that cannot be applied is seen, mended and redriven with what waited behind it, in order", async () => {
  await using mesh = await startTestMesh([owner, mirroring]);
  const ops = opsOf(mesh, "content");
  refused.add("poison");
  for (const [n, handle] of [
    [1, "good"],
    [1, "poison"],
    [2, "other"],
    [1, "better"],
  ] as const)
    await rename(mesh, n, handle);
  await mesh.settle();
  expect(await mirrored(mesh)).toEqual({ [person(1)]: "good", [person(2)]: "other" });
  const [first, second, ...none] = await lettersOf(mesh);
  expect(none).toEqual([]);
  expect(first).toMatchObject({
    ...{ consumer: "mirror-names", source: "identity", cause: "Error: cannot take poison", attempts: 5 },
    entry: { type: ProfileUpdatedSchema.typeName, subjectId: person(1), seq: 2n, payload: new Uint8Array() },
  });
  expect(second).toMatchObject({ entry: { seq: 3n } });
  const { deadLetter } = await ops.getDeadLetter({ id: first?.id ?? "" }, admin);
  expect(deadLetter?.entry?.payload.length).toBeGreaterThan(0);
  expect((await ops.listConsumers({}, admin)).consumers[0]?.deadLetters).toBe(2n);

  expect(await ops.redriveDeadLetters({}, admin)).toMatchObject({ applied: 0, stopped: 1, left: 2n });
  expect((await lettersOf(mesh))[0]?.attempts).toBe(6);
  refused.delete("poison");
  expect(await ops.redriveDeadLetters({ consumer: "count-names" }, admin)).toMatchObject({ applied: 0, left: 0n });
  expect(await ops.redriveDeadLetters({ subjectId: person(1) }, admin)).toMatchObject({ applied: 2, left: 0n });
  expect(await mirrored(mesh)).toMatchObject({ [person(1)]: "better" });
  expect((await caught(ops.getDeadLetter({ id: first?.id ?? "" }, admin)))?.code).toBe(Code.NotFound);

  await rename(mesh, 1, "best"); // what comes next is applied as ever
  await mesh.settle();
  expect(await mirrored(mesh)).toMatchObject({ [person(1)]: "best" });
});

test("dead letters come in pages, by consumer and by subject", async () => {
  await using mesh = await startTestMesh([owner, mirroring]);
  refused.add("poison");
  const people = peopleApart(5);
  for (const n of people) await rename(mesh, n, "poison");
  await mesh.settle();
  refused.delete("poison");
  const found: string[] = [];
  for (let pageToken = ""; ; ) {
    const page = await opsOf(mesh, "content").listDeadLetters({ pageSize: 2, pageToken }, admin);
    found.push(...page.deadLetters.map(({ entry }) => entry?.subjectId ?? ""));
    pageToken = page.nextPageToken;
    if (pageToken === "") break;
    expect(page.deadLetters).toHaveLength(2);
  }
  expect(found.toSorted()).toEqual(people.map(person).toSorted());
  expect(await lettersOf(mesh, { subjectId: person(people[1] ?? 0) })).toHaveLength(1);
  expect(await lettersOf(mesh, { consumer: "count-names" })).toEqual([]);
});

test("a letter whose consumer is no more stays, and says why", async () => {
  await using mesh = await startTestMesh([owner, mirroring]);
  await mesh.deps("content").db.query(sql`insert into dead_letter
    (id, consumer, source, partition, seq, at, type, subject_id, payload, trace, cause, attempts)
    values (gen_random_uuid(), 'gone', 'identity', 1, 1, now(), 't', 's', '', '', 'boom', 1)`);
  expect(await opsOf(mesh, "content").redriveDeadLetters({}, admin)).toMatchObject({ stopped: 1, left: 1n });
  expect(await lettersOf(mesh)).toMatchObject([{ attempts: 2, cause: expect.stringContaining("no such consumer") }]);
});
