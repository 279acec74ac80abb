import { timestampDate } from "@bufbuild/protobuf/wkt";
import { Audience } from "#gen/skein/common/v1/visibility_pb.ts";
import {
  AccountMentionedSchema,
  PostPublishedSchema,
  PostQuotedSchema,
  ReplyCreatedSchema,
} from "#gen/skein/content/v1/content_events_pb.ts";
import type { PostCard } from "#gen/skein/content/v1/post_pb.ts";
import { partitionOf } from "#mesh/partition.ts";
import type { Tx } from "#mesh/store/commit.ts";
import type { Db } from "#mesh/store/database.ts";
import { sql } from "#mesh/store/sql.ts";
import { Kind } from "../store/count-delta.ts";
import { bytesOf } from "../store/insert-post.ts";
import { type SeedVote, seedVotes } from "./seed-votes.ts";

/**
 * Publishes many posts of the past at once, with what hangs on them and the votes in their polls, and announces all of
 * it; returns the ids of those that were not there. What a post answers or quotes must be there before it, or be among
 * these: its counters are kept with it.
 */
export function seedPosts(db: Db, cards: readonly PostCard[], votes: readonly SeedVote[]): Promise<Set<string>> {
  return db.transact(async (tx) => {
    const made = await insertCards(tx, cards);
    const fresh = cards.filter(({ id }) => made.has(id));
    await insertParts(tx, fresh);
    for (const card of fresh) announce(tx, card);
    await seedVotes(
      tx,
      votes.filter(({ postId }) => made.has(postId)),
    );
    return made;
  });
}

async function insertCards(tx: Tx, cards: readonly PostCard[]): Promise<Set<string>> {
  const column = <T>(of: (card: PostCard) => T): T[] => cards.map(of);
  const rows = await tx.query<{ id: string }>(sql`
    insert into post (author_id, id, shard, state, audience, version, root_id, parent_id, parent_author_id,
      quoted_id, quoted_author_id, card, created_at)
    select author, id, shard, 'PUBLISHED', audience, 1, root, parent, parent_author, quoted, quoted_author, card, at
    from unnest(${column(({ authorId }) => authorId)}::uuid[], ${column(({ id }) => id)}::uuid[],
      ${column(({ authorId }) => partitionOf(authorId))}::smallint[], ${column(({ audience }) => audience)}::smallint[],
      ${column(({ reply }) => reply?.rootId ?? null)}::uuid[], ${column(({ reply }) => reply?.parentId ?? null)}::uuid[],
      ${column(({ reply }) => reply?.parentAuthorId ?? null)}::uuid[], ${column(({ quoted }) => quoted?.postId ?? null)}::uuid[],
      ${column(({ quoted }) => quoted?.authorId ?? null)}::uuid[], ${column(bytesOf)}::bytea[], ${column(madeAt)}::timestamptz[])
      as p (author, id, shard, audience, root, parent, parent_author, quoted, quoted_author, card, at)
    on conflict do nothing returning id`);
  return new Set(rows.map(({ id }) => id));
}

/** Mentions, hashtags, polls, and what the posts add to the counters of others: as `insertPost` does it for one. */
async function insertParts({ query }: Tx, cards: readonly PostCard[]): Promise<void> {
  const open = cards.filter(({ audience }) => audience === Audience.PUBLIC || audience === Audience.FOLLOWERS);
  const named = cards.flatMap((card) => card.mentionedIds.map((accountId) => ({ card, accountId })));
  const tagged = cards.flatMap((card) =>
    card.audience === Audience.PUBLIC ? card.hashtags.map((tag) => ({ card, tag })) : [],
  );
  const polls = cards.flatMap((card) => (card.poll ? [{ card, poll: card.poll }] : []));
  const counted = [
    ...open.flatMap(({ reply }) => (reply ? [{ id: reply.parentId, kind: Kind.REPLIES }] : [])),
    ...open.flatMap(({ quoted }) => (quoted ? [{ id: quoted.postId, kind: Kind.QUOTES }] : [])),
  ];
  await query(sql`
    with mentioned as (insert into mention (author_id, post_id, account_id)
      select * from unnest(${authors(named)}::uuid[], ${posts(named)}::uuid[], ${named.map(({ accountId }) => accountId)}::uuid[])),
    used as (insert into hashtag_use (author_id, post_id, tag, used_at)
      select * from unnest(${authors(tagged)}::uuid[], ${posts(tagged)}::uuid[], ${tagged.map(({ tag }) => tag)}::text[],
        ${tagged.map(({ card }) => madeAt(card))}::timestamptz[])),
    polled as (insert into poll (author_id, post_id, options, multiple, ends_at)
      select * from unnest(${authors(polls)}::uuid[], ${posts(polls)}::uuid[], ${polls.map(({ poll }) => poll.options.length)}::smallint[],
        ${polls.map(({ poll }) => poll.multiple)}::boolean[],
        ${polls.map(({ poll }) => poll.endsAt && timestampDate(poll.endsAt))}::timestamptz[]))
    insert into count_delta (post_id, kind, delta) select id, kind, count(*)
      from unnest(${counted.map(({ id }) => id)}::uuid[], ${counted.map(({ kind }) => kind)}::smallint[]) as c (id, kind) group by id, kind`);
}

function announce(tx: Tx, card: PostCard): void {
  const { id: postId, authorId, audience, createdAt, reply, quoted, mentionedIds } = card;
  const at = createdAt ? { createdAt } : {};
  tx.publish(PostPublishedSchema, { authorId, postId, card });
  if (reply) tx.publish(ReplyCreatedSchema, { authorId, postId, reply, ...at });
  if (quoted) {
    const about = { quotedPostId: quoted.postId, quotedAuthorId: quoted.authorId };
    tx.publish(PostQuotedSchema, { authorId, postId, ...about, ...at });
  }
  // Whoever is named in a post for a few need not be one of them, and nobody is asked here.
  const told = audience === Audience.PUBLIC ? mentionedIds.filter((id) => id !== authorId) : [];
  for (const accountId of told) tx.publish(AccountMentionedSchema, { authorId, postId, accountId, ...at });
}

interface Of {
  readonly card: PostCard;
}
const authors = (parts: readonly Of[]): string[] => parts.map(({ card }) => card.authorId);
const posts = (parts: readonly Of[]): string[] => parts.map(({ card }) => card.id);

function madeAt({ createdAt }: PostCard): Date {
  if (!createdAt) throw new Error("a card without a moment");
  return timestampDate(createdAt);
}
