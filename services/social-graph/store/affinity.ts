import type { MessageInitShape } from "@bufbuild/protobuf";
import type { AffinitySchema } from "#gen/skein/graph/v1/affinity_pb.ts";
import type { Tx } from "#mesh/store/commit.ts";
import { sql } from "#mesh/store/sql.ts";
import type { Deps } from "../deps.ts";
import { affinityOf, type Interaction, type Ties, WORTH } from "../rules/affinity.ts";
import type { Contact, Counted } from "../rules/contacts.ts";
import type { Query } from "./query.ts";

/** Counts interactions, one of each pair. The score is brought to the later of the two moments, so it does not matter which came first. */
export async function addContacts(tx: Tx, contacts: readonly Counted[], halfLifeMs: number): Promise<void> {
  if (contacts.length === 0) return;
  const column = <K extends keyof Counted>(name: K) => contacts.map((one) => one[name]);
  await tx.query(sql`
    insert into affinity (viewer_id, author_id, likes, replies, shares, mentions, score, scored_at)
    select * from unnest(${column("viewerId")}::uuid[], ${column("authorId")}::uuid[], ${column("likes")}::int[], ${column("replies")}::int[],
      ${column("shares")}::int[], ${column("mentions")}::int[], ${column("score")}::float8[], ${column("at")}::timestamptz[])
      as n (viewer_id, author_id, likes, replies, shares, mentions, score, scored_at) order by viewer_id, author_id
    on conflict (viewer_id, author_id) do update set likes = affinity.likes + excluded.likes,
      replies = affinity.replies + excluded.replies, shares = affinity.shares + excluded.shares,
      mentions = affinity.mentions + excluded.mentions, scored_at = greatest(affinity.scored_at, excluded.scored_at),
      score = affinity.score * power(0.5, greatest(extract(epoch from excluded.scored_at - affinity.scored_at)::float8, 0) * 1000 / ${halfLifeMs}::float8)
        + excluded.score * power(0.5, greatest(extract(epoch from affinity.scored_at - excluded.scored_at)::float8, 0) * 1000 / ${halfLifeMs}::float8)`);
}

/** Takes an interaction back, and no more than is left of it. */
export async function removeContact(tx: Tx, { viewerId, authorId, what }: Contact): Promise<void> {
  const times = (kind: Interaction) => (kind === what ? 1 : 0);
  await tx.query(sql`update affinity set likes = greatest(likes - ${times("likes")}::int, 0),
      shares = greatest(shares - ${times("shares")}::int, 0), score = greatest(score - ${WORTH[what]}::float8, 0)
    where viewer_id = ${viewerId} and author_id = ${authorId}`);
}

/** Forgets what a viewer did about an account. */
export const forgetContacts = (tx: Tx, viewerId: string, authorId: string): Promise<unknown> =>
  tx.query(sql`delete from affinity where viewer_id = ${viewerId} and author_id = ${authorId}`);

/** How close accounts are to a viewer now, in the order asked, repetitions included. */
export async function affinitiesOf(
  { db, config }: Pick<Deps, "db" | "config">,
  viewerId: string,
  ids: readonly string[],
  now: Date,
): Promise<MessageInitShape<typeof AffinitySchema>[]> {
  const known = await tiesOf(db.query, viewerId, ids);
  return ids.flatMap((accountId) => {
    const ties = known.get(accountId);
    return ties ? [{ accountId, ...affinityOf(ties, now, config.affinityHalfLife) }] : [];
  });
}

/** What brings a viewer and accounts near; follows are the truth itself, and none between two that a block parts. */
async function tiesOf(query: Query, viewerId: string, ids: readonly string[]): Promise<Map<string, Ties>> {
  const rows = await query<Omit<Ties, "scoredAt"> & { id: string; scoredAt: string }>(sql`
    select asked.id, coalesce(a.likes, 0) as likes, coalesce(a.replies, 0) as replies, coalesce(a.shares, 0) as shares,
      coalesce(a.mentions, 0) as mentions, coalesce(a.score, 0) as score, coalesce(a.scored_at, 'epoch') as "scoredAt",
      f.follower_id is not null as follows, back.follower_id is not null as "followedBy"
    from unnest(${[...new Set(ids)]}::uuid[]) as asked (id)
      cross join lateral (select exists (select from block where (blocker_id, blocked_id) = (${viewerId}::uuid, asked.id))
        or exists (select from block where (blocker_id, blocked_id) = (asked.id, ${viewerId}::uuid)) as parted) b
      left join affinity a on a.viewer_id = ${viewerId}::uuid and a.author_id = asked.id and not b.parted
      left join follow f on f.follower_id = ${viewerId}::uuid and f.followee_id = asked.id and f.state = 'ACTIVE' and not b.parted
      left join follow back on back.follower_id = asked.id and back.followee_id = ${viewerId}::uuid and back.state = 'ACTIVE'
        and not b.parted`);
  return new Map(rows.map(({ id, scoredAt, ...row }) => [id, { ...row, scoredAt: new Date(scoredAt) }]));
}
