import { untilApplied } from "../../../cli/demo/applied.ts";
import { type Chance, chanceOf } from "../../../cli/demo/chance.ts";
import { idAt } from "../../../cli/demo/id-at.ts";
import { storeOf } from "../../../cli/demo/stores.ts";
import { everything } from "../../../main.ts";
import { cardOf } from "../../../services/content/seeding/card.ts";
import { seedLikes } from "../../../services/content/seeding/seed-engagement.ts";
import { seedPosts } from "../../../services/content/seeding/seed-posts.ts";
import { createHasher } from "../../../services/identity/gear/hasher.ts";
import { addAccounts } from "../../../services/identity/seeding/add-accounts.ts";
import { seedFollows } from "../../../services/social-graph/seeding/seed-follows.ts";
import type { Bench } from "../bench.ts";
import type { Person } from "../load/job.ts";
import { textOf } from "../load/words.ts";
import { mint } from "./mint.ts";

/** Everybody's. */
export const PASSWORD = "correct horse battery";

/** So far back go what people wrote and when they came. */
const PAST_MS = 2 * 86_400_000;
const BATCH = 1_000;
const LIMITS = { maxGraphemes: 5_000, maxMentions: 20, maxHashtags: 30 };

/** A post that is there. */
export interface Written {
  readonly id: string;
  readonly authorId: string;
}

async function inBatches<T>(
  { signal, say }: Bench,
  what: string,
  all: readonly T[],
  work: (some: readonly T[]) => Promise<unknown>,
): Promise<void> {
  for (let from = 0; from < all.length; from += BATCH) {
    signal.throwIfAborted();
    say(`${what}: ${from.toLocaleString("en")} of ${all.length.toLocaleString("en")}`);
    await work(all.slice(from, from + BATCH));
  }
}

/** Accounts with handles `<name>_0`, `<name>_1`, ..., signed in. */
export async function addPeople(bench: Bench, name: string, count: number): Promise<Person[]> {
  const chance = chanceOf("bench people", name);
  const { hash } = createHasher({ slots: 1, queue: 1 });
  const since = new Date(Date.now() - PAST_MS);
  const mark = { label: name, since, passwordHash: await bench.once("hash", () => hash(PASSWORD)) };
  const accounts = Array.from({ length: count }, (_, n) => ({
    id: idAt(since.getTime() - 60_000 + n, chance),
    ...{ handle: `${name}_${n}`, displayName: `${name} ${n}`, bio: "", registeredAt: since },
  }));
  await inBatches(bench, `${name}: people`, accounts, (some) =>
    addAccounts(storeOf(bench.stores, "identity"), some, mark),
  );
  return mint(bench, accounts);
}

/** Lets people follow others, in pairs of follower and followee. */
export async function addFollows(bench: Bench, pairs: readonly (readonly [Person, Person])[]): Promise<void> {
  const followedAt = new Date(Date.now() - PAST_MS);
  await inBatches(bench, "follows", pairs, (some) => {
    const follows = some.map(([{ id: followerId }, { id: followeeId }]) => {
      return { followerId, followeeId, followedAt, asked: false };
    });
    return seedFollows(storeOf(bench.stores, "social-graph"), follows);
  });
}

/** Lets each person write so many posts, all of them mixed in time, over the last two days or up to now. */
export async function addPosts(
  bench: Bench,
  authors: readonly Person[],
  { each, name, overMs = PAST_MS }: { each: number; name: string; overMs?: number },
): Promise<Written[]> {
  const chance = chanceOf("bench posts", name);
  const [from, total] = [Date.now() - overMs, authors.length * each];
  const planned = Array.from({ length: total }, (_, n) => {
    const at = from + (overMs * n) / total;
    const authorId = (authors[n % authors.length] as Person).id;
    return { id: idAt(at, chance), authorId, createdAt: new Date(at), text: textOf(140, chance.next), language: "en" };
  });
  await inBatches(bench, `${name}: posts`, planned, (some) => {
    const cards = some.map((post) => cardOf(post, new Map(), LIMITS));
    return seedPosts(storeOf(bench.stores, "content"), cards, []);
  });
  return planned.map(({ id, authorId }) => ({ id, authorId }));
}

/** Lets each person like so many of the posts. */
export async function addLikes(bench: Bench, people: readonly Person[], posts: readonly Written[], each: number) {
  const chance: Chance = chanceOf("bench likes");
  const at = new Date(Date.now() - 60_000);
  const likes = people.flatMap(({ id: actorId }) =>
    Array.from({ length: each }, () => {
      const { id: postId, authorId } = chance.pick(posts);
      return { actorId, postId, authorId, at };
    }),
  );
  const once = [...new Map(likes.map((like) => [`${like.actorId} ${like.postId}`, like])).values()];
  await inBatches(bench, "likes", once, (some) => seedLikes(storeOf(bench.stores, "content"), some));
}

/** Waits until every service has applied what was announced. */
export function settle({ stores, signal, say }: Bench): Promise<void> {
  return untilApplied(everything, stores, { signal, note: (text) => say(`settling: ${text}`), patienceMs: 60_000 });
}
