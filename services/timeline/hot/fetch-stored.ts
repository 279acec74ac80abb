import { type Stored, type StoredPost, storedPosts } from "../store/stored-posts.ts";
import type { Entry } from "../view/shapes.ts";
import { cardOf, entryOf } from "./card-of.ts";
import { keepCopies } from "./copies.ts";
import type { HotWrite } from "./keep-script.ts";
import { packCardHalf, packCountsHalf, packShare } from "./layout.ts";
import type { LookUpDeps } from "./look-up.ts";
import type { Known } from "./memory.ts";

/** Reads from the database what Redis does not know, each id for one caller at a time, and keeps it hot again. */
export async function fetchStored(
  deps: LookUpDeps,
  ids: readonly string[],
  refill: boolean,
): Promise<Map<string, Known | Entry>> {
  const { posts, flights } = deps;
  const keyOf = new Map(ids.map((id) => [id, id]));
  const { found } = await flights.board<Known | Entry>(keyOf, async (mine) => {
    const known = new Map([...mine.keys()].map((id) => [id, posts.get(id)]));
    const wanted = [...known].map(([id, one]) => ({ id, revision: one?.revision ?? 0 }));
    const stored = await storedPosts(deps.db, wanted);
    const found = new Map<string, Known | Entry>();
    for (const one of stored) {
      const value = one.post ? remember(deps, one.id, one.post, known.get(one.id)) : one.share;
      if (!value) continue;
      if ("share" in value) deps.shares.set(one.id, value);
      found.set(one.id, value);
    }
    if (refill)
      await keepCopies(
        deps,
        stored.flatMap((one) => writeOf(one, found.get(one.id))),
        [], // nothing new: nobody believes anything older
      );
    return found;
  });
  return found;
}

function remember({ posts }: LookUpDeps, id: string, stored: StoredPost, former: Known | undefined): Known | undefined {
  const counted = { revision: stored.countsRevision, counts: stored.counts };
  if (!stored.bytes) return former && { ...former, counted }; // a copy: others believe what they know of it
  const card = cardOf(stored.bytes, stored);
  const known: Known = { revision: stored.revision, card, entry: entryOf(card), counted };
  posts.set(id, known);
  return known;
}

function writeOf({ id, post, share }: Stored, value: Known | Entry | undefined): HotWrite[] {
  if (share) return [{ id, share: packShare(share) }];
  if (!post || !value || "share" in value) return [];
  const half = packCardHalf(post);
  return [{ id, card: { half, bytes: value.card.bytes }, counts: packCountsHalf(post.countsRevision, post.counts) }];
}
