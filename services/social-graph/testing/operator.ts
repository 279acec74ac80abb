import { type DescMessage, fromBinary, type MessageShape } from "@bufbuild/protobuf";
import { OpsService } from "#gen/skein/ops/v1/ops_service_pb.ts";
import { Role } from "#gen/skein/options/v1/options_pb.ts";
import { PARTITIONS } from "#mesh/partition.ts";
import { as, type TestMesh } from "#mesh/testing.ts";
import type { Deps } from "../deps.ts";

/** Reads a consumer's state anew from its sources, as an operator would. */
export async function rebuild(mesh: TestMesh, consumer: string): Promise<void> {
  const admin = as(mesh.deps<Deps>("social-graph").ids.next(), { roles: [Role.ADMIN] });
  const steps = mesh.client(OpsService, "social-graph").rebuildConsumer({ consumer }, admin);
  for await (const _ of steps); // until all partitions are done
}

/** All rows of a kind, as another service would read them: every partition, in small bites behind the last key. */
export async function snapshotRows<R extends DescMessage>(
  mesh: TestMesh,
  kind: string,
  schema: R,
): Promise<MessageShape<R>[]> {
  const ops = mesh.client(OpsService, "social-graph");
  const partitions = Array.from({ length: PARTITIONS }, async (_, partition) => {
    const rows: MessageShape<R>[] = [];
    for await (const { part } of ops.streamSnapshot({ kind, partition }))
      if (part.case === "rows") rows.push(...part.value.rows.map((row) => fromBinary(schema, row)));
    return rows;
  });
  return (await Promise.all(partitions)).flat();
}
