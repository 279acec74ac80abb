import { type Client, Code, ConnectError } from "@connectrpc/connect";
import { expect, test } from "vitest";
import type { OpsService } from "#gen/skein/ops/v1/ops_service_pb.ts";
import type { Consumer } from "../consumer.ts";
import { admin, all, fill, mirrored, mirroring, opsOf, owner, person, rename } from "../ops/testing.ts";
import { partitionOf } from "../partition.ts";
import type { Service } from "../service.ts";
import { sql } from "../store/sql.ts";
import { startTestMesh, type TestMesh } from "../testing.ts";
import { type RebuildParts, rebuildPartition } from "./rebuild.ts";

const partition = partitionOf(person(1));
const mirror = mirroring.consumes?.[0] as Consumer<unknown>;

function partsOf(mesh: TestMesh): RebuildParts {
  const content = mesh.mesh.running.find(({ service }) => service.name === "content");
  if (!content?.carrying) throw new Error("content does not run here");
  const { carrying, deps } = content;
  return {
    service: "content",
    db: deps.db,
    lent: mesh.mesh.lent,
    deps,
    ownerAt: carrying.ownerAt,
    sourceOf: carrying.sourceOf,
  };
}

type Stream = ReturnType<Client<typeof OpsService>["streamSnapshot"]>;
/** The same parts, on a line that treats each snapshot stream as the test says. */
function withLine(
  parts: RebuildParts,
  line: (stream: Stream, attempt: number) => Stream,
  asked: string[] = [],
): RebuildParts {
  const ownerAt = (service: string): Client<typeof OpsService> => {
    const real = parts.ownerAt(service);
    return {
      ...real,
      streamSnapshot: (request, options) =>
        line(real.streamSnapshot(request, options), asked.push(request.after ?? "")),
    };
  };
  return { ...parts, ownerAt };
}

/** Lets so many messages through, and breaks. */
async function* breaking(stream: Stream, after: number): Stream {
  for await (const one of stream) {
    if (after-- === 0) throw new ConnectError("the line broke", Code.Unavailable);
    yield one;
  }
}

test("a snapshot that breaks off is taken up behind the last row, and the position is that of the first cut", async () => {
  await using mesh = await startTestMesh([owner, mirroring]);
  await rename(mesh, 1, "known");
  await fill(mesh, partition, 1_700);
  await mesh.settle();
  const asked: string[] = [];
  const line = (stream: Stream, attempt: number) => (attempt <= 3 ? breaking(later(mesh, stream), 2) : stream);
  const rebuilt = await rebuildPartition(withLine(partsOf(mesh), line, asked), mirror, "identity", partition);
  expect(rebuilt.rows).toBe(1_701);
  expect(rebuilt.seq).toBe(1n);
  expect(asked[0]).toBe("");
  expect(asked.toSorted()).toEqual(asked); // each from further on
  expect(new Set(asked).size).toBe(4);
  await mesh.settle();
  expect((await mirrored(mesh))[person(1)]).toMatch(/^later/);
});

// Something is announced between the first cut and the second.
async function* later(mesh: TestMesh, stream: Stream): Stream {
  for await (const one of stream) {
    if (one.part.case === "rows") await rename(mesh, 1, `later ${one.part.value.lastKey}`);
    yield one;
  }
}

test("a source that stays away leaves the consumer as it was", async () => {
  await using mesh = await startTestMesh([owner, mirroring]);
  await rename(mesh, 1, "known");
  await mesh.settle();
  await fill(mesh, partition, 600);
  const parts = withLine(partsOf(mesh), (stream) => breaking(stream, 1));
  await expect(rebuildPartition(parts, mirror, "identity", partition)).rejects.toMatchObject({
    reason: "SNAPSHOT_BROKEN_OFF",
    code: Code.Unavailable,
  });
  expect(await mirrored(mesh)).toEqual({ [person(1)]: "known" });
  await rename(mesh, 1, "as ever");
  await mesh.settle();
  expect(await mirrored(mesh)).toEqual({ [person(1)]: "as ever" });
});

test("a source that was restored in between is not read half and half", async () => {
  await using mesh = await startTestMesh([owner, mirroring]);
  await rename(mesh, 1, "known");
  await fill(mesh, partition, 600);
  await mesh.settle();
  const line = (stream: Stream, attempt: number) => (attempt === 1 ? breaking(stream, 2) : restored(stream));
  const failing = rebuildPartition(withLine(partsOf(mesh), line), mirror, "identity", partition);
  await expect(failing).rejects.toMatchObject({ reason: "SNAPSHOT_BROKEN_OFF" });
  expect(await mirrored(mesh)).toEqual({ [person(1)]: "known" });
});

async function* restored(stream: Stream): Stream {
  for await (const one of stream) {
    if (one.part.case === "cut") one.part.value.incarnation = "another";
    yield one;
  }
}

test("a replica that applies the partition meanwhile is fenced: what it does after the cut is done once", async () => {
  await using mesh = await startTestMesh([owner, mirroring]);
  for (let n = 0; n < 20; n++) await rename(mesh, 1, `h${n}`);
  await mesh.settle();
  const parts = partsOf(mesh);
  // Not paused: this process plays the other replica.
  const writing = (async () => {
    for (let n = 20; n < 60; n++) await rename(mesh, 1, `h${n}`);
  })();
  for (let round = 0; round < 5; round++) await rebuildPartition(parts, mirror, "identity", partition);
  await writing;
  await mesh.settle();
  expect(await mirrored(mesh)).toEqual({ [person(1)]: "h59" });
  const [row] = await parts.db.query<{ seq: string }>(sql`select seq from consumer_position
    where consumer = 'mirror-names' and partition = ${partition}`);
  expect(row?.seq).toBe("60");
});

test("a service reads its own state anew by the same path", async () => {
  const both: Service = {
    ...owner,
    migrations: [...(owner.migrations ?? []), ...(mirroring.migrations ?? [])],
    consumes: mirroring.consumes ?? [],
  };
  await using mesh = await startTestMesh([both]);
  await rename(mesh, 1, "known");
  await mesh.settle();
  const { db } = mesh.deps("identity");
  await db.query(sql`update mirror set handle = 'wrong'`);
  await all(opsOf(mesh, "identity").rebuildConsumer({ consumer: "mirror-names" }, admin));
  expect(await db.query(sql`select handle from mirror`)).toEqual([{ handle: "known" }]);
});
