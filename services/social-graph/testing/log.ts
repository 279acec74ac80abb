import { type DescMessage, fromBinary, type MessageShape } from "@bufbuild/protobuf";
import { sql } from "#mesh/store/sql.ts";
import type { TestMesh } from "#mesh/testing.ts";
import type { Deps } from "../deps.ts";

/** The short names of the events of which an account is the actor, oldest first. */
export async function eventsOf(mesh: TestMesh, accountId: string): Promise<string[]> {
  const { db } = mesh.deps<Deps>("social-graph");
  const rows = await db.query<{ type: string }>(sql`select type from log where subject_id = ${accountId} order by seq`);
  return rows.map(({ type }) => type.slice(type.lastIndexOf(".") + 1));
}

/** All events of a kind of which an account is the actor, oldest first. */
export async function eventsAs<E extends DescMessage>(
  mesh: TestMesh,
  schema: E,
  accountId: string,
): Promise<MessageShape<E>[]> {
  const { db } = mesh.deps<Deps>("social-graph");
  const rows = await db.query<{ payload: Buffer }>(sql`select payload from log
    where subject_id = ${accountId} and type = ${schema.typeName} order by seq`);
  return rows.map(({ payload }) => fromBinary(schema, payload));
}
