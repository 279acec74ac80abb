import { type DescMessage, fromBinary, type MessageShape } from "@bufbuild/protobuf";
import { sql } from "#mesh/store/sql.ts";
import type { ContentMesh } from "./start.ts";

interface Logged {
  readonly type: string;
  readonly payload: Buffer;
}

const about = (mesh: ContentMesh, subjectId: string): Promise<Logged[]> =>
  mesh.content.db.query(sql`select type, payload from log where subject_id = ${subjectId} order by at, partition, seq`);

/** The short names of what was announced about something, oldest first. */
export const eventsOf = async (mesh: ContentMesh, subjectId: string): Promise<string[]> =>
  (await about(mesh, subjectId)).map(({ type }) => type.slice(type.lastIndexOf(".") + 1));

/** Everything of one kind that was announced about something, oldest first. */
export async function announced<E extends DescMessage>(
  mesh: ContentMesh,
  schema: E,
  subjectId: string,
): Promise<MessageShape<E>[]> {
  const rows = await about(mesh, subjectId);
  return rows.filter(({ type }) => type === schema.typeName).map(({ payload }) => fromBinary(schema, payload));
}
