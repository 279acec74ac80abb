import type { Audience } from "#gen/skein/common/v1/visibility_pb.ts";
import type { Db } from "#mesh/store/database.ts";
import { sql } from "#mesh/store/sql.ts";
import { tombstone } from "../hot/card-of.ts";
import type { Consent, State } from "../hot/layout.ts";
import type { Counts, Entry } from "../view/shapes.ts";

/** A post as it is stored, or a share. */
export interface Stored {
  readonly id: string;
  readonly share: Entry | undefined;
  readonly post: StoredPost | undefined;
}

export interface StoredPost {
  readonly revision: number;
  readonly state: State;
  readonly consent: Consent;
  /** Undefined: the caller has those of this revision. */
  readonly bytes: Buffer | undefined;
  readonly countsRevision: number;
  readonly counts: Counts;
}

interface Row {
  readonly id: string;
  readonly sharer_id: string | null;
  readonly shared_id: string;
  readonly shared_at: string;
  readonly author_id: string;
  readonly version: string;
  readonly audience: Audience;
  readonly created_at: string;
  readonly state: State;
  readonly revision: string;
  readonly consent: Consent;
  readonly card: Buffer | null;
  readonly likes: string | null;
  readonly shares: string | null;
  readonly replies: string | null;
  readonly quotes: string | null;
  readonly counts_revision: string | null;
}

/** Posts and shares by id, those that there are; cards only if their revision is another than the one that is known. */
export async function storedPosts(
  { query }: Pick<Db, "query">,
  wanted: readonly { id: string; revision: number }[],
): Promise<Stored[]> {
  const ids = wanted.map(({ id }) => id);
  const revisions = wanted.map(({ revision }) => revision);
  const rows = await query<Row>(sql`
    select w.id, e.actor_id as sharer_id, e.post_id as shared_id, e.at as shared_at,
      p.author_id, p.version, p.audience, p.created_at, p.state, p.revision,
      case when p.quoted_id is null then 0 when k.approved then 0 when not k.approved then 2
        when p.quote_asks then 1 else 0 end as consent,
      case when p.revision <> w.revision then p.card end as card,
      c.likes, c.shares, c.replies, c.quotes, c.version as counts_revision
    from unnest((select ${ids}::uuid[]), (select ${revisions}::bigint[])) w (id, revision)
    left join post p on p.post_id = w.id
    -- One by one, by their keys: what the planner takes for a handful may be all shares there are.
    left join lateral (select approved from consent where post_id = w.id and quoted_author_id = p.quoted_author_id limit 1) k on true
    left join post_count c on c.post_id = w.id
    left join lateral (select actor_id, entry_id, post_id, at from entry where entry_id = w.id and is_share limit 1) e on true
    where p.post_id is not null or e.entry_id is not null`);
  const known = new Map(wanted.map(({ id, revision }) => [id, revision]));
  return rows.map((row) => ({
    id: row.id,
    share: row.sharer_id === null ? undefined : shareOf(row.id, row.sharer_id, row),
    post: row.revision === null ? undefined : postOf(row, known.get(row.id)),
  }));
}

const shareOf = (id: string, actorId: string, { shared_id, shared_at }: Row): Entry => ({
  ...{ id, share: true, postId: shared_id, actorId, atMs: new Date(shared_at).getTime() },
});

function postOf(row: Row, known: number | undefined): StoredPost {
  const revision = Number(row.revision);
  return {
    revision,
    state: row.state,
    consent: row.consent,
    bytes: known === revision ? undefined : (row.card ?? stubOf(row)),
    countsRevision: Number(row.counts_revision ?? 0),
    counts: storedCounts(row),
  };
}

const stubOf = ({ id, author_id, version, audience, created_at }: Row): Buffer =>
  tombstone({ ...{ id, authorId: author_id, version: BigInt(version), audience }, createdAt: new Date(created_at) });

/** Columns of post_count as counts; a post without a row has none. */
export const storedCounts = (row: Pick<Row, "likes" | "shares" | "replies" | "quotes">): Counts => ({
  likes: BigInt(row.likes ?? 0),
  shares: BigInt(row.shares ?? 0),
  replies: BigInt(row.replies ?? 0),
  quotes: BigInt(row.quotes ?? 0),
  moderationScore: 0,
});
