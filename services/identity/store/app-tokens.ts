import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { AppTokenSchema } from "#gen/skein/identity/v1/credential_service_pb.ts";
import type { ReplayKey } from "#mesh/context.ts";
import type { Tx } from "#mesh/store/commit.ts";
import { sql } from "#mesh/store/sql.ts";
import type { Query } from "./accounts.ts";

/** An app token as it is kept: the token itself is a MAC over its id. */
export interface AppTokenRow {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly created_at: string;
  readonly expires_at: string;
}

/** What is to be kept of a new app token. */
export interface NewAppToken {
  readonly id: string;
  readonly accountId: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly now: Date;
  readonly expiresAt: Date;
  readonly replay: ReplayKey | undefined;
}

/** Says whether the session lives, and keeps everything that ends app tokens waiting: they end with those made here. */
export async function holdSession(tx: Tx, { accountId, sessionId }: { accountId: string; sessionId: string }) {
  const held = await tx.query(sql`select 1 from account a join credential c on c.account_id = a.id
    join session s on s.account_id = a.id where a.id = ${accountId} and s.id = ${sessionId} and s.revoked_at is null for update`);
  return held.length > 0;
}

/** Keeps a new app token unless the account, which is held, has `most` living ones, or its idempotency key was used. */
export async function keepAppToken(tx: Tx, token: NewAppToken, most: number): Promise<AppTokenRow | undefined> {
  const { id, accountId, name, scopes, now, expiresAt, replay } = token;
  const [row] = await tx.query<AppTokenRow>(sql`
    insert into app_token (id, account_id, name, scopes, created_at, expires_at, request_key, fingerprint)
    select ${id}::uuid, ${accountId}::uuid, ${name}::text, ${[...scopes]}::text[], ${now}::timestamptz, ${expiresAt}::timestamptz,
      ${replay?.key ?? null}::text, ${replay ? Buffer.from(replay.fingerprint) : null}::bytea
    where (select count(*) from app_token where account_id = ${accountId} and revoked_at is null and expires_at > ${now}) < ${most}::int
    on conflict (account_id, request_key) do nothing
    returning id, name, scopes, created_at, expires_at`);
  return row;
}

/** The app token that was made under an idempotency key, with what the key is bound to. */
export async function appTokenByKey(
  tx: Tx,
  accountId: string,
  { key }: ReplayKey,
): Promise<(AppTokenRow & { fingerprint: Buffer }) | undefined> {
  const [row] = await tx.query<
    AppTokenRow & { fingerprint: Buffer }
  >(sql`select id, name, scopes, created_at, expires_at, fingerprint
    from app_token where account_id = ${accountId} and request_key = ${key}`);
  return row;
}

/** Living app tokens of an account, newest first, after an id. */
export function listLiving(
  query: Query,
  { accountId, after, now, most }: { accountId: string; after: string | undefined; now: Date; most: number },
): Promise<AppTokenRow[]> {
  return query(sql`select id, name, scopes, created_at, expires_at from app_token
    where account_id = ${accountId} and revoked_at is null and expires_at > ${now} and (${after ?? null}::uuid is null or id < ${after ?? null}::uuid)
    order by id desc limit ${most}::int`);
}

/** The message that the owner gets. */
export const appTokenOf = ({
  id,
  name,
  scopes,
  created_at,
  expires_at,
}: AppTokenRow): MessageInitShape<typeof AppTokenSchema> => ({
  id,
  name,
  scopes: [...scopes],
  createdAt: timestampFromDate(new Date(created_at)),
  expiresAt: timestampFromDate(new Date(expires_at)),
});
