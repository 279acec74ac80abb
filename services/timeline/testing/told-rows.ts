import { create, type DescMessage, fromJsonString, type MessageInitShape, toJsonString } from "@bufbuild/protobuf";
import { type Snapshot, snapshot } from "#mesh/log/snapshot.ts";
import { partitionOf } from "#mesh/partition.ts";
import { sql } from "#mesh/store/sql.ts";
import type { ToyDeps } from "#mesh/testing/toy.ts";
import type { TimelineMesh } from "./start.ts";

/** A kind of rows that a toy owner has exactly as a test told it, by `tell`. */
export const told = <R extends DescMessage>(kind: string, schema: R): Snapshot =>
  snapshot<R, { what: string }>(
    kind,
    schema,
    (partition, after, limit) => sql`select id::text as key, what from effect
      where what like ${`${kind} ${partition} %`} and id::text > ${after} order by id::text limit ${limit}::int`,
    ({ what }) => fromJsonString(schema, what.slice(what.indexOf("{"))) as MessageInitShape<R>,
  );

/** Tells content that it has a row, of an actor. */
export async function tell<R extends DescMessage>(
  mesh: TimelineMesh,
  kind: string,
  schema: R,
  actorId: string,
  row: MessageInitShape<R>,
): Promise<void> {
  const { db } = mesh.deps<ToyDeps>("content");
  const what = `${kind} ${partitionOf(actorId)} ${toJsonString(schema, create(schema, row))}`;
  await db.query(sql`insert into effect (id, what) values (${mesh.timeline.ids.next()}, ${what})`);
}
