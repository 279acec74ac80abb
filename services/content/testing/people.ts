import { create, toBinary } from "@bufbuild/protobuf";
import { ProfileSchema } from "#gen/skein/identity/v1/account_pb.ts";
import { partitionOf } from "#mesh/partition.ts";
import { sql } from "#mesh/store/sql.ts";
import type { ContentMesh } from "./start.ts";

/** Puts accounts where identity's announcements would put them, and returns their ids by handle. */
export async function settle<H extends string>(mesh: ContentMesh, ...handles: H[]): Promise<Record<H, string>> {
  const { db, ids } = mesh.content;
  const made = handles.map((handle) => ({ handle, id: ids.next() }));
  const profiles = made.map(({ handle, id }) =>
    Buffer.from(
      toBinary(ProfileSchema, create(ProfileSchema, { accountId: id, handle, displayName: handle, version: 1n })),
    ),
  );
  await db.query(sql`insert into account (id, shard, handle, state, profile, version)
    select id, shard, handle, 'ACTIVE', profile, 1
    from unnest(${made.map(({ id }) => id)}::uuid[], ${made.map(({ id }) => partitionOf(id))}::smallint[], ${handles}::text[], ${profiles}::bytea[]) as a (id, shard, handle, profile)`);
  return Object.fromEntries(made.map(({ handle, id }) => [handle, id])) as Record<H, string>;
}
