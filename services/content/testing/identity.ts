import type { AccountState } from "#gen/skein/identity/v1/account_pb.ts";
import { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import { AccountRowSchema } from "#gen/skein/identity/v1/snapshot_rows_pb.ts";
import { snapshot } from "#mesh/log/snapshot.ts";
import { partitionOf } from "#mesh/partition.ts";
import type { Service } from "#mesh/service.ts";
import { sql } from "#mesh/store/sql.ts";
import { toy } from "#mesh/testing/toy.ts";

/** An identity of a test's own: it announces what it is told to, and its snapshot is a list. */
export interface Identity {
  readonly service: Service;
  /** What its snapshot says. */
  readonly accounts: { readonly id: string; readonly handle: string; readonly state: AccountState }[];
}

/** Makes one that knows nobody. */
export function createIdentity(): Identity {
  const accounts: Identity["accounts"] = [];
  const rows = snapshot(
    "account",
    AccountRowSchema,
    (partition, after, limit) => {
      const here = accounts.filter(({ id }) => partitionOf(id) === partition && id > after);
      const [ids, handles, states] = [
        here.map(({ id }) => id),
        here.map(({ handle }) => handle),
        here.map(({ state }) => state),
      ];
      return sql`select id as key, id, handle, state from unnest(${ids}::text[], ${handles}::text[], ${states}::int[]) as a (id, handle, state)
        order by id limit ${limit}::int`;
    },
    ({ id, handle, state }: Identity["accounts"][number]) => ({
      profile: { accountId: id, handle, version: 9n },
      state,
    }),
  );
  return { service: { ...toy("identity", [IdentityService], {}), snapshots: [rows] }, accounts };
}
