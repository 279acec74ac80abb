import type { EntityTx } from "#mesh/store/commit.ts";
import { sql } from "#mesh/store/sql.ts";
import { Deletion } from "../entities.ts";
import type { AccountRow } from "./accounts.ts";
import { changeAccount } from "./changes.ts";

/** When an account was asked to be deleted, when it will be erased, and as whom it is shown meanwhile. */
export interface Farewell {
  readonly now: Date;
  readonly erasureAt: Date;
  readonly alias: string;
}

/** Puts an account's face aside and an unrecognisable one in its place. Its handle and address stay claimed. */
export async function putFaceAside(
  tx: EntityTx,
  row: AccountRow,
  { now, erasureAt, alias }: Farewell,
): Promise<AccountRow> {
  const { id, handle, display_name, bio, avatar_media_id, state } = row;
  const face = { account_id: id, handle, display_name, bio, avatar_media_id, former_state: state };
  tx.em.persist(
    tx.em.create(Deletion, { ...face, requested_at: now.toISOString(), erasure_at: erasureAt.toISOString() }),
  );
  const nobody = { handle: alias, display_name: "Deleted account", bio: "", avatar_media_id: null };
  return changeAccount(tx, row, { public: { ...nobody, state: "DELETING" }, now });
}

type Face = Pick<AccountRow, "handle" | "display_name" | "bio" | "avatar_media_id"> & {
  former_state: AccountRow["state"];
};

/**
 * Gives an account its face and its state back; undefined once its erasure was announced. One statement decides: the
 * job that announces takes the same row, so that one of the two comes too late.
 */
export async function takeFaceBack(tx: EntityTx, row: AccountRow, now: Date): Promise<AccountRow | undefined> {
  const [found] = await tx.query<Face>(sql`delete from deletion where account_id = ${row.id} and announced_at is null
    returning handle, display_name, bio, avatar_media_id, former_state`);
  if (!found) return undefined;
  const { former_state: state, ...face } = found;
  return { ...(await changeAccount(tx, row, { public: { ...face, state }, now })), erasure_at: null };
}

/** Marks accounts as announced whose delay is over, longest overdue first, and returns their ids. */
export async function takeErasureDue(tx: EntityTx, now: Date, most: number): Promise<string[]> {
  const rows = await tx.query<{
    account_id: string;
  }>(sql`update deletion set announced_at = ${now} where account_id in (
      select account_id from deletion where announced_at is null and erasure_at <= ${now}
      order by erasure_at limit ${most}::int for update skip locked)
    returning account_id`);
  return rows.map(({ account_id }) => account_id);
}
