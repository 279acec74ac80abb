import type { EntityTx } from "#mesh/store/commit.ts";
import { Account, Person } from "../entities.ts";
import type { AccountRow } from "./accounts.ts";

/** What may change of an account's public side. */
export type AccountPatch = Partial<
  Pick<
    AccountRow,
    "handle" | "display_name" | "bio" | "avatar_media_id" | "state" | "roles" | "handle_changed_at" | "deactivated_at"
  >
>;

/** What may change of the person behind it. */
export type PersonPatch = Partial<Pick<AccountRow, "legal_name" | "birth_date">>;

/**
 * Changes an account that this unit of work has locked, and returns it as it is then. The version grows by one, also
 * where only the person changes: the etag covers both.
 */
export async function changeAccount(
  { em }: Pick<EntityTx, "em">,
  row: AccountRow,
  { public: open = {}, personal = {}, now }: { public?: AccountPatch; personal?: PersonPatch; now: Date },
): Promise<AccountRow> {
  const { id, handle, display_name, bio, avatar_media_id, state, roles, handle_changed_at, deactivated_at } = row;
  const account = em.merge(Account, {
    ...{ id, handle, display_name, bio, avatar_media_id, state, roles, handle_changed_at, deactivated_at },
    version: Number(row.version),
  });
  em.assign(account, { ...open, updated_at: now.toISOString() });
  if (Object.keys(personal).length > 0) {
    const { legal_name, birth_date } = row;
    em.assign(em.merge(Person, { account_id: id, legal_name, birth_date }), personal);
  }
  await em.flush();
  return { ...row, ...open, ...personal, version: String(account.version) };
}
