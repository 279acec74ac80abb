import { type DescMessage, fromBinary, type MessageShape } from "@bufbuild/protobuf";
import { sql } from "#mesh/store/sql.ts";
import type { TestMesh } from "#mesh/testing.ts";
import type { Deps } from "../deps.ts";

/** The short names of the events about an account, oldest first. */
export async function eventsOf(mesh: TestMesh, accountId: string): Promise<string[]> {
  const { db } = mesh.deps<Deps>("identity");
  const rows = await db.query<{ type: string }>(
    sql`select type from log where subject_id = ${accountId} order by partition, seq`,
  );
  return rows.map(({ type }) => type.slice(type.lastIndexOf(".") + 1));
}

/** The last event of a kind about an account. */
export async function lastEvent<E extends DescMessage>(
  mesh: TestMesh,
  schema: E,
  accountId: string,
): Promise<MessageShape<E>> {
  const { db } = mesh.deps<Deps>("identity");
  const [row] = await db.query<{ payload: Buffer }>(sql`select payload from log
    where subject_id = ${accountId} and type = ${schema.typeName} order by seq desc limit 1`);
  if (!row) throw new Error(`no ${schema.typeName} about ${accountId}`);
  return fromBinary(schema, row.payload);
}
