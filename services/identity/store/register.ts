import { partitionOf } from "#mesh/partition.ts";
import type { Tx } from "#mesh/store/commit.ts";
import { sql } from "#mesh/store/sql.ts";
import { failure } from "../failures.ts";
import { claimHandle } from "./handles.ts";
import type { Opening } from "./sessions.ts";

/** Everything that makes an account. */
export interface Registration {
  readonly accountId: string;
  readonly handle: string;
  readonly email: string;
  readonly displayName: string;
  readonly passwordHash: string;
  readonly session: Opening;
}

/** Claims handle and address and makes the account with its first session; what is taken is named by the failure. */
export async function register(
  tx: Tx,
  { accountId, handle, email, displayName, passwordHash, session }: Registration,
): Promise<void> {
  const { now } = session;
  // Always the handle first: two that want each other's names wait in one order.
  if (!(await claimHandle(tx, { handle, accountId, now })))
    throw failure("HANDLE_TAKEN", { facts: { field: "handle" }, fields: { handle: "is taken" } });
  const made = await tx.query(sql`
    with claim as (insert into email_claim (email, account_id) values (lower(${email}), ${accountId}) on conflict do nothing returning account_id),
    made as (insert into account (id, handle, display_name, created_at, updated_at, shard)
      select account_id, ${handle}, ${displayName}, ${now}, ${now}, ${partitionOf(accountId)}::smallint from claim),
    somebody as (insert into person (account_id, email) select account_id, ${email} from claim),
    proof as (insert into credential (account_id, password_hash, password_changed_at) select account_id, ${passwordHash}, ${now} from claim)
    insert into session (id, account_id, rotated_at, device_name, created_at, last_used_at, expires_at)
    select ${session.id}, account_id, ${now}, ${session.deviceName}, ${now}, ${now}, ${session.expiresAt} from claim returning 1`);
  if (made.length === 0)
    throw failure("EMAIL_TAKEN", { facts: { field: "email" }, fields: { email: "has an account" } });
}
