import {
  AccountDeactivatedSchema,
  AccountReinstatedSchema,
  AccountSuspendedSchema,
  RevocationReason,
} from "#gen/skein/identity/v1/identity_events_pb.ts";
import type { EntityTx, Tx } from "#mesh/store/commit.ts";
import { sql } from "#mesh/store/sql.ts";
import { failure } from "../failures.ts";
import { type AccountRow, lockAccount, profileOf } from "./accounts.ts";
import { changeAccount } from "./changes.ts";
import { revokeAllSessions } from "./revoke.ts";

/** What is decided about an account; without `by` it is the operator of the installation who decides. */
export interface Decision {
  readonly accountId: string;
  readonly reason: string;
  readonly by: string | undefined;
  readonly now: Date;
}

/** The account as it is now, and whether others see it differently than before. */
export interface Outcome {
  readonly row: AccountRow;
  readonly changed: boolean;
}

/**
 * Suspends an account, and returns it with the moment since when it is. One that is being deleted is hidden already:
 * only what its owner could bring back changes, and nobody else needs to hear of it.
 */
export async function suspend(
  tx: EntityTx,
  { accountId, reason, by, now }: Decision,
  ttlMs: number,
): Promise<Outcome & { since: string }> {
  const row = await lockExisting(tx, accountId);
  const outcome = await hide(tx, row, now, ttlMs);
  const [open] = await tx.query<{ suspended_at: string }>(sql`
    insert into suspension as held (account_id, reason, suspended_by, suspended_at)
    values (${accountId}, ${reason}, ${by ?? null}::uuid, ${now})
    on conflict (account_id) where lifted_at is null do update set reason = held.reason returning suspended_at`);
  return { ...outcome, since: open?.suspended_at ?? now.toISOString() };
}

/** Ends a suspension: the account is again what its owner wished meanwhile. */
export async function reinstate(tx: EntityTx, { accountId, reason, by, now }: Decision): Promise<Outcome> {
  const row = await lockExisting(tx, accountId);
  const outcome = await show(tx, row, now);
  await tx.query(sql`update suspension set lifted_at = ${now}, lifted_by = ${by ?? null}::uuid, lift_reason = ${reason}
    where account_id = ${accountId} and lifted_at is null`);
  return outcome;
}

async function lockExisting(tx: Tx, accountId: string): Promise<AccountRow> {
  const row = await lockAccount(tx.query, accountId);
  if (!row) throw failure("ACCOUNT_NOT_FOUND");
  return row;
}

async function hide(tx: EntityTx, row: AccountRow, now: Date, ttlMs: number): Promise<Outcome> {
  const accountId = row.id;
  if (row.state === "DELETING") return comesBackAs(tx, row, "SUSPENDED");
  if (row.state === "SUSPENDED") return { row, changed: false };
  const after = await changeAccount(tx, row, { public: { state: "SUSPENDED" }, now });
  tx.publish(AccountSuspendedSchema, { accountId, version: BigInt(after.version) });
  // App tokens stay: whoever reads them asks for the state. Access tokens would say for minutes what was.
  await revokeAllSessions(tx, { accountId, reason: RevocationReason.ACCOUNT_SUSPENDED, now, ttlMs });
  return { row: after, changed: true };
}

async function show(tx: EntityTx, row: AccountRow, now: Date): Promise<Outcome> {
  const state = row.deactivated_at === null ? "ACTIVE" : "DEACTIVATED";
  if (row.state === "DELETING") return comesBackAs(tx, row, state);
  if (row.state !== "SUSPENDED") return { row, changed: false };
  const after = await changeAccount(tx, row, { public: { state }, now });
  tx.publish(AccountReinstatedSchema, { accountId: row.id, profile: profileOf(after) });
  // Who hides by one fact and shows by another must end with the right one.
  if (state === "DEACTIVATED") tx.publish(AccountDeactivatedSchema, { accountId: row.id });
  return { row: after, changed: true };
}

async function comesBackAs(tx: Tx, row: AccountRow, state: AccountRow["state"]): Promise<Outcome> {
  const kept = await tx.query(sql`update deletion set former_state = ${state}
    where account_id = ${row.id} and announced_at is null returning 1`);
  if (kept.length === 0) throw failure("STATE_FORBIDS", { facts: { state: row.state } }); // it is being erased
  return { row, changed: false };
}
