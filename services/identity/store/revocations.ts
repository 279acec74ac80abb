import type { MessageInitShape } from "@bufbuild/protobuf";
import type { RevocationSchema } from "#gen/skein/identity/v1/session_service_pb.ts";
import { sql } from "#mesh/store/sql.ts";
import { type Query, stampOf } from "./accounts.ts";

/** A stretch of the list of revocations. */
export interface Stretch {
  readonly revocations: MessageInitShape<typeof RevocationSchema>[];
  readonly position: bigint;
  readonly more: boolean;
}

type Row = { head: string } & (
  | {
      seq: string;
      session_id: string | null;
      account_id: string | null;
      kept_session_id: string | null;
      revoked_at: string;
      expires_at: string;
    }
  | { seq: null }
);

/**
 * What was revoked after a position and may still concern a living token. The end is the head as the same statement saw
 * it: behind what has expired there is nothing to come, and a position beyond it tells of another database.
 */
export async function revocationsSince(
  query: Query,
  { since, limit, now }: { since: bigint; limit: number; now: Date },
): Promise<Stretch> {
  const rows = await query<Row>(sql`
    select head.seq as head, r.* from revocation_head head left join lateral (
      select seq, session_id, account_id, kept_session_id, revoked_at, expires_at from revocation
      where seq > ${since.toString()}::bigint and expires_at > ${now} order by seq limit ${limit + 1}::int) r on true
    order by r.seq`);
  const found = rows.filter((row) => row.seq !== null);
  const more = found.length > limit;
  const taken = found.slice(0, limit);
  const position = BigInt((more ? taken.at(-1)?.seq : rows[0]?.head) ?? 0);
  const revocations = taken.map((row) => ({
    position: BigInt(row.seq),
    subject:
      row.session_id === null
        ? ({ case: "accountId", value: row.account_id ?? "" } as const)
        : ({ case: "sessionId", value: row.session_id } as const),
    revokedAt: stampOf(row.revoked_at),
    expiresAt: stampOf(row.expires_at),
    keptSessionId: row.kept_session_id ?? "",
  }));
  return { revocations, position, more };
}
