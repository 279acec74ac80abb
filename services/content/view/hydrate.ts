import { sql } from "#mesh/store/sql.ts";
import { cardIn, profileIn } from "../store/bytes.ts";
import { atLeastNone } from "../store/counts.ts";
import type { Query } from "../store/query.ts";
import type { PollRecord, PostRecord, QuoteRecord, StoredState } from "./record.ts";

interface Row {
  readonly id: string;
  readonly author_id: string;
  readonly state: StoredState;
  readonly version: string;
  readonly card: Buffer | null;
  readonly author: Buffer | null;
  readonly quoted_id: string | null;
  readonly quoted_author_id: string | null;
  readonly quote_asks: boolean;
  readonly consent: "APPROVED" | "REJECTED" | "DETACHED" | null;
  readonly quoted_state: StoredState | null;
  readonly quoted_card: Buffer | null;
  readonly quoted_author: Buffer | null;
  readonly likes: string;
  readonly shares: string;
  readonly replies: string;
  readonly quotes: string;
  readonly liked: boolean;
  readonly shared: boolean;
  readonly bookmarked: boolean;
  readonly pinned: boolean;
  readonly multiple: boolean | null;
  readonly ends_at: string | null;
  readonly closed_at: string | null;
  readonly votes: readonly string[] | null;
  readonly voters: string;
  readonly chosen: readonly number[] | null;
}

/**
 * Reads posts whole, in whatever state, for one viewer: one statement, so that every counter is exact at one moment.
 * Unknown ids are absent. What it returns is not judged: see `visible`. The ids stand in a subquery because a planner
 * that sees how many there are plans anew each time, which takes several times as long as the reading itself.
 */
export async function hydrate(
  { query }: { query: Query },
  viewerId: string | undefined,
  postIds: readonly string[],
): Promise<Map<string, PostRecord>> {
  if (postIds.length === 0) return new Map();
  const viewer = viewerId ?? null;
  const rows = await query<Row>(sql`
    select p.id, p.author_id, p.state, p.version, p.card, a.profile as author, p.quoted_id, p.quoted_author_id, p.quote_asks,
      k.decision as consent, q.state as quoted_state, q.card as quoted_card, qa.profile as quoted_author,
      coalesce(n.likes, 0) + coalesce(d.likes, 0) as likes, coalesce(n.shares, 0) + coalesce(d.shares, 0) as shares,
      coalesce(n.replies, 0) + coalesce(d.replies, 0) as replies, coalesce(n.quotes, 0) + coalesce(d.quotes, 0) as quotes,
      coalesce(n.voters, 0) + coalesce(d.voters, 0) as voters,
      coalesce((select true from post_like x where x.liker_id = ${viewer}::uuid and x.post_id = p.id), false) as liked,
      coalesce((select true from post_share x where x.sharer_id = ${viewer}::uuid and x.post_id = p.id), false) as shared,
      coalesce((select true from bookmark x where x.account_id = ${viewer}::uuid and x.post_id = p.id), false) as bookmarked,
      coalesce((select true from pin x where x.author_id = ${viewer}::uuid and x.author_id = p.author_id and x.post_id = p.id), false) as pinned,
      o.multiple, o.ends_at, o.closed_at, t.votes,
      (select v.options from vote v where v.voter_id = ${viewer}::uuid and v.post_id = o.post_id) as chosen
    from post p
      left join account a on a.id = p.author_id
      left join post q on q.id = p.quoted_id
      left join account qa on qa.id = p.quoted_author_id
      left join quote_consent k on k.owner_id = p.quoted_author_id and k.post_id = p.id
      left join post_count n on n.post_id = p.id
      left join lateral (select sum(x.delta) filter (where x.kind = 1) as likes, sum(x.delta) filter (where x.kind = 2) as shares,
          sum(x.delta) filter (where x.kind = 3) as replies, sum(x.delta) filter (where x.kind = 4) as quotes,
          sum(x.delta) filter (where x.kind = 5) as voters
        from count_delta x where x.post_id = p.id) d on true
      left join poll o on o.author_id = p.author_id and o.post_id = p.id
      left join lateral (select array_agg((coalesce(c.votes, 0) + coalesce((select sum(x.delta) from count_delta x
            where x.post_id = o.post_id and x.kind = 6 and x.option = place), 0))::text order by place) as votes
        from generate_series(0, o.options - 1) place
          left join poll_option c on c.post_id = o.post_id and c.option = place) t on true
    where p.id = any((select ${postIds}::uuid[])::uuid[])`);
  return new Map(rows.map((row) => [row.id, recordOf(row)]));
}

function recordOf(row: Row): PostRecord {
  const { liked, shared, bookmarked, pinned } = row;
  return {
    id: row.id,
    authorId: row.author_id,
    state: row.state,
    version: BigInt(row.version),
    card: cardIn(row.card),
    author: profileIn(row.author),
    counts: {
      likes: atLeastNone(row.likes),
      shares: atLeastNone(row.shares),
      replies: atLeastNone(row.replies),
      quotes: atLeastNone(row.quotes),
    },
    quote: quoteOf(row),
    poll: pollOf(row),
    viewer: { liked, shared, bookmarked, pinned },
  };
}

function quoteOf(row: Row): QuoteRecord | undefined {
  if (row.quoted_id === null || row.quoted_author_id === null) return undefined;
  return {
    postId: row.quoted_id,
    authorId: row.quoted_author_id,
    asks: row.quote_asks,
    consent: row.consent ?? undefined,
    state: row.quoted_state ?? undefined,
    card: cardIn(row.quoted_card),
    author: profileIn(row.quoted_author),
  };
}

function pollOf({ multiple, ends_at, closed_at, votes, voters, chosen }: Row): PollRecord | undefined {
  if (multiple === null || ends_at === null) return undefined;
  return {
    multiple,
    endsAt: new Date(ends_at),
    closedAt: closed_at === null ? undefined : new Date(closed_at),
    votes: votes?.map(atLeastNone) ?? [],
    voters: atLeastNone(voters),
    chosen: chosen ?? [],
  };
}
