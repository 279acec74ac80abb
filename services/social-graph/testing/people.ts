import { create, toBinary } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { ProfileSchema } from "#gen/skein/identity/v1/account_pb.ts";
import { partitionOf } from "#mesh/partition.ts";
import { sql } from "#mesh/store/sql.ts";
import type { TestMesh } from "#mesh/testing.ts";
import type { Deps } from "../deps.ts";

interface Person {
  readonly handle: string;
  readonly locked?: boolean;
  readonly deactivated?: boolean;
  readonly deleting?: boolean;
  readonly suspended?: boolean;
}

/** Puts accounts into the graph's mirror as identity's events would, in one statement, and returns their ids. */
export async function settleAll(mesh: TestMesh, people: readonly Person[]): Promise<string[]> {
  const { db, ids, clock } = mesh.deps<Deps>("social-graph");
  const rows = people.map((person) => ({ ...person, id: ids.next() }));
  const now = clock.now();
  const profiles = rows.map(({ id: accountId, handle }) =>
    create(ProfileSchema, {
      ...{ accountId, handle, displayName: handle, version: 1n, createdAt: timestampFromDate(now) },
    }),
  );
  const locked = rows.filter((row) => row.locked).map(({ id }) => id);
  await db.query(sql`with made as (
      insert into account (id, shard, handle, profile, version, registered_at, deactivated, deleting, suspended)
      select id, shard, handle, profile, 1, ${now}::timestamptz, deactivated, deleting, suspended
      from unnest(${rows.map(({ id }) => id)}::uuid[], ${rows.map(({ id }) => partitionOf(id))}::smallint[],
        ${rows.map(({ handle }) => handle)}::text[], ${profiles.map((one) => Buffer.from(toBinary(ProfileSchema, one)))}::bytea[],
        ${rows.map(({ deactivated = false }) => deactivated)}::boolean[], ${rows.map(({ deleting = false }) => deleting)}::boolean[],
        ${rows.map(({ suspended = false }) => suspended)}::boolean[])
        as p (id, shard, handle, profile, deactivated, deleting, suspended))
    insert into privacy (account_id, shard, locked, changed_at)
      select id, shard, true, ${now}::timestamptz
      from unnest(${locked}::uuid[], ${locked.map(partitionOf)}::smallint[]) as p (id, shard)`);
  return rows.map(({ id }) => id);
}

/** The same with one account. */
export async function settle(mesh: TestMesh, handle: string, more: Omit<Person, "handle"> = {}): Promise<string> {
  const [id = ""] = await settleAll(mesh, [{ handle, ...more }]);
  return id;
}

/** So many accounts with nothing special about them. */
export const crowd = (mesh: TestMesh, prefix: string, size: number): Promise<string[]> =>
  settleAll(
    mesh,
    Array.from({ length: size }, (_, n) => ({ handle: `${prefix}_${n}` })),
  );
