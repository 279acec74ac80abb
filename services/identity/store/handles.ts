import type { Tx } from "#mesh/store/commit.ts";
import { sql } from "#mesh/store/sql.ts";
import type { ProfileRow, Query } from "./accounts.ts";

/** Who wants which handle. */
export interface Claim {
  readonly handle: string;
  readonly accountId: string;
  readonly now: Date;
}

/**
 * Takes a handle if nobody has it, or if it is a former one: its former owner may take it back at any time, others when
 * it does not redirect any more. Of many who claim it at once one gets it; the others wait for that and are told no.
 */
export async function claimHandle(tx: Tx, { handle, accountId, now }: Claim): Promise<boolean> {
  const rows =
    await tx.query(sql`insert into handle_claim as held (handle, account_id) values (lower(${handle}), ${accountId})
    on conflict (handle) do update set account_id = excluded.account_id, released_at = null, redirect_until = null
      where held.released_at is not null and (held.account_id = excluded.account_id or held.redirect_until <= ${now})
    returning 1`);
  return rows.length > 0;
}

/** Makes a handle a former one, which leads to its account until `redirectUntil`. */
export async function releaseHandle(tx: Tx, { handle, accountId, now }: Claim, redirectUntil: Date): Promise<void> {
  await tx.query(sql`update handle_claim set released_at = ${now}, redirect_until = ${redirectUntil}
    where handle = lower(${handle}) and account_id = ${accountId}`);
}

/** Whether somebody who has never had it could claim a handle now. */
export async function isFree(query: Query, handle: string, now: Date): Promise<boolean> {
  const rows = await query(sql`select 1 from handle_claim
    where handle = lower(${handle}) and (released_at is null or redirect_until > ${now})`);
  return rows.length === 0;
}

/** The account that a handle leads to, in whatever state; `former` if it has another handle by now. */
export async function followHandle(
  query: Query,
  handle: string,
  now: Date,
): Promise<(ProfileRow & { former: boolean }) | undefined> {
  const [row] = await query<ProfileRow & { former: boolean }>(sql`
    select a.id, a.handle, a.display_name, a.bio, a.avatar_media_id, a.state, a.version, a.created_at, c.released_at is not null as former
    from handle_claim c join account a on a.id = c.account_id
    where c.handle = lower(${handle}) and (c.released_at is null or c.redirect_until > ${now})`);
  return row;
}
