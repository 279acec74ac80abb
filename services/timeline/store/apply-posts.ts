import type { Tx } from "#mesh/store/commit.ts";
import { sql } from "#mesh/store/sql.ts";
import type { HotWrite } from "../hot/keep-script.ts";
import { packCardHalf, packCountsHalf } from "../hot/layout.ts";
import { countChanges } from "../rules/counted.ts";
import { type ConsentChange, consentsOf, storeConsents } from "./consents.ts";
import { countsWrite, moveCounts, sumChanges } from "./counts.ts";
import {
  createdAt,
  formerlyCounted,
  holdPosts,
  holdQuotes,
  isFirst,
  nowCounted,
  type PostChange,
  storeFirsts,
  storePosts,
  storeTags,
} from "./keep-posts.ts";
import { placeEntries } from "./posts.ts";
import { type ShareChange, storeShares } from "./shares.ts";
import { storedPosts } from "./stored-posts.ts";

/** What logs last said, each thing once. */
export interface Changes {
  readonly posts: readonly PostChange[];
  readonly shares: readonly ShareChange[];
  readonly consents: readonly ConsentChange[];
  /**
   * Posts that something counted for which is no last word any more. An attempt that failed may have told of it: their
   * counters are told again, though nothing moves them.
   */
  readonly passed?: readonly string[];
}

/**
 * Brings what is stored to what logs say, with counters that stay exact whatever comes twice, late or out of order. The
 * copies that are out of date now are returned as they must become. `again`: after a clear, from a snapshot.
 */
export async function applyPosts(
  tx: Pick<Tx, "query">,
  { posts, shares, consents, passed = [] }: Changes,
  how: { again: boolean },
): Promise<HotWrite[]> {
  const said = new Map(consents.map(({ postId, approved }) => [postId, approved]));
  const isNew = (post: PostChange) => !how.again && isFirst(post) && !said.has(post.postId);
  const firsts = await storeFirsts(tx, posts.filter(isNew));
  const unheard = new Set(firsts.map(({ id }) => id));
  const others = posts.filter(({ postId }) => !unheard.has(postId));
  const quotes = [...others.filter(({ card }) => card?.quoted).map(({ postId }) => postId), ...said.keys()];
  await holdQuotes(tx, quotes);
  const held = await holdPosts(tx, [...others.map(({ postId }) => postId), ...said.keys()]);
  const fresh = others.filter(({ postId, version }) => version > BigInt(held.get(postId)?.version ?? -1));
  const quoting = [...held.values()].filter(({ quoted_id }) => quoted_id !== null).map(({ post_id }) => post_id);
  const before = await consentsOf(tx, [...new Set([...quotes, ...quoting])]);

  const changed = new Map(fresh.map((post) => [post.postId, post]));
  const added = posts.filter(({ postId }) => unheard.has(postId));
  const counted = [...new Set([...changed.keys(), ...said.keys()])].flatMap((id) => {
    const former = formerlyCounted(held.get(id), before.get(id));
    const approved = said.get(id) ?? before.get(id);
    const change = changed.get(id);
    const now = change ? nowCounted(change, approved) : former && { ...former, approved };
    return countChanges(former, now);
  });
  counted.push(...added.flatMap((post) => countChanges(undefined, nowCounted(post, undefined))));

  await storeConsents(tx, consents);
  // None of these looks at what another wrote: they go to the server together.
  const [stored] = await Promise.all([
    storePosts(tx, fresh),
    storeTags(tx, [...added, ...fresh], new Set(held.keys())),
    place(tx, fresh, how),
  ]);
  const copies = await storeShares(tx, shares, how);
  const moves = sumChanges(counted);
  const moved = new Set(moves.map(({ postId }) => postId));
  const still = passed.filter((id) => !moved.has(id)).map((postId) => ({ postId, replies: 0, quotes: 0 }));
  const counts = await moveCounts(tx, [...moves, ...still]);
  const copied = new Set(stored.map(({ id }) => id));
  return [
    ...firsts,
    ...stored,
    ...(await copiesOf(tx, [...new Set([...changed.keys(), ...said.keys()]).difference(copied)])),
    ...copies,
    ...counts.map(countsWrite),
  ];
}

/** Places of posts in timelines; deleted ones have none. */
async function place(tx: Pick<Tx, "query">, fresh: readonly PostChange[], how: { again: boolean }): Promise<void> {
  const gone = fresh.filter(({ card }) => !card).map(({ postId }) => postId);
  if (gone.length > 0) await tx.query(sql`delete from entry where entry_id = any(${gone}::uuid[])`);
  const placed = fresh.flatMap((post) => {
    const { card, postId, authorId, shard } = post;
    const reply = card?.reply !== undefined;
    return card
      ? [{ id: postId, actorId: authorId, postId, authorId, shard, share: false, reply, at: createdAt(post) }]
      : [];
  });
  await placeEntries(tx, placed, how);
}

/** Copies of posts as they are stored. */
export async function copiesOf(db: Pick<Tx, "query">, ids: readonly string[]): Promise<HotWrite[]> {
  if (ids.length === 0) return [];
  const stored = await storedPosts(
    db,
    ids.map((id) => ({ id, revision: 0 })),
  );
  return stored.flatMap(({ id, post }) =>
    post?.bytes
      ? [
          {
            id,
            card: { half: packCardHalf(post), bytes: post.bytes },
            counts: packCountsHalf(post.countsRevision, post.counts),
          },
        ]
      : [],
  );
}
