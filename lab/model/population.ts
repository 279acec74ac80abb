import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { AccountRegisteredSchema } from "#gen/skein/identity/v1/identity_events_pb.ts";
import { partitionOf } from "#mesh/partition.ts";
import type { Loan } from "#mesh/service.ts";
import { sql } from "#mesh/store/sql.ts";
import type { TestMesh } from "#mesh/testing.ts";

type Deps = Loan<Record<string, never>, Record<string, never>>;

/** Accounts as registration makes them, many at once and without passwords: nobody signs in as these. */
export async function populate(mesh: TestMesh, count: number, prefix = "p"): Promise<string[]> {
  const { db, ids, clock } = mesh.deps<Deps>("identity");
  const now = clock.now();
  const people = Array.from({ length: count }, (_, n) => ({ id: ids.next(), handle: `${prefix}_${n}` }));
  await db.commit(undefined, async (tx) => {
    await tx.query(sql`insert into account (id, handle, display_name, created_at, updated_at, shard)
      select id, handle, handle, ${now}, ${now}, shard from unnest(${people.map(({ id }) => id)}::uuid[],
        ${people.map(({ handle }) => handle)}::text[], ${people.map(({ id }) => partitionOf(id))}::smallint[]) as p (id, handle, shard)`);
    await tx.query(sql`insert into handle_claim (handle, account_id) select lower(handle), id
      from unnest(${people.map(({ id }) => id)}::uuid[], ${people.map(({ handle }) => handle)}::text[]) as p (id, handle)`);
    for (const { id, handle } of people) {
      const profile = { accountId: id, handle, displayName: handle, createdAt: timestampFromDate(now), version: 1n };
      tx.publish(AccountRegisteredSchema, { accountId: id, profile });
    }
  });
  await mesh.settle();
  return people.map(({ id }) => id);
}
