import { randomBytes } from "node:crypto";
import type { Db } from "#mesh/store/database.ts";
import { cardOf } from "../../services/content/seeding/card.ts";
import { seedLikes, seedShares } from "../../services/content/seeding/seed-engagement.ts";
import { seedPosts } from "../../services/content/seeding/seed-posts.ts";
import { createHasher } from "../../services/identity/gear/hasher.ts";
import { addAccounts } from "../../services/identity/seeding/add-accounts.ts";
import { seedFollows } from "../../services/social-graph/seeding/seed-follows.ts";
import { seedBlocks, seedLocks } from "../../services/social-graph/seeding/seed-privacy.ts";
import type { Talk } from "../terminal/talk.ts";
import type { Known } from "./cast.ts";
import type { Person } from "./person.ts";
import type { Plan } from "./plan.ts";
import { type Stores, storeOf } from "./stores.ts";

/** Rows that were not there before. */
export interface Made {
  readonly accounts: number;
  readonly follows: number;
  /** Replies among them. */
  readonly posts: number;
  readonly replies: number;
  readonly likes: number;
  readonly shares: number;
}

/** What is written, and where. */
export interface Writing {
  readonly stores: Stores;
  readonly plan: Plan;
  readonly accounts: readonly Person[];
  /** Who takes part besides, and is here already. */
  readonly cast: readonly Known[];
  readonly label: string;
  readonly since: Date;
  readonly limits: { readonly maxMentions: number; readonly maxHashtags: number };
  readonly signal: AbortSignal;
  readonly step: Talk["step"];
  /** Rows in one statement, and in one transaction with what the log says of them. */
  readonly batch?: number;
}

/** Writes what is not there yet, each thing after what it is about. Consumers work on it meanwhile. */
export async function writeNetwork(writing: Writing): Promise<Made> {
  const accounts = await writeAccounts(writing);
  const follows = await writeFollows(writing);
  const { posts, replies } = await writePosts(writing);
  const { likes, shares } = await writeActs(writing);
  return { accounts, follows, posts, replies, likes, shares };
}

const many = (count: number, noun: string): string => `${count.toLocaleString("en")} ${noun}`;

/** Lets work be done on a batch at a time, and adds up what it says. */
async function inBatches<T>(
  all: readonly T[],
  { signal, batch = 1_000 }: Writing,
  note: (text: string) => void,
  work: (batch: readonly T[]) => Promise<number>,
): Promise<number> {
  let done = 0;
  for (let from = 0; from < all.length; from += batch) {
    signal.throwIfAborted();
    note(`${from.toLocaleString("en")} of ${all.length.toLocaleString("en")}`);
    done += await work(all.slice(from, from + batch));
  }
  return done;
}

const writeAccounts = (writing: Writing): Promise<number> =>
  writing.step(
    "accounts",
    async (note) => {
      const { accounts, stores, label, since } = writing;
      const { hash } = createHasher({ slots: 1, queue: 1 });
      const mark = { label, since, passwordHash: await hash(randomBytes(32).toString("hex")) }; // forgotten at once
      const all = accounts.map((person) => ({ ...person, registeredAt: new Date(person.registeredAt) }));
      return inBatches(all, writing, note, (some) => addAccounts(storeOf(stores, "identity"), some, mark));
    },
    (made) => many(made, "accounts"),
  );

const writeFollows = (writing: Writing): Promise<number> =>
  writing.step(
    "follows",
    async (note) => {
      const { plan, stores, since } = writing;
      const graph = storeOf(stores, "social-graph");
      await seedLocks(graph, plan.locked, since);
      await seedBlocks(graph, plan.blocks, since);
      return inBatches(plan.follows, writing, note, (some) => seedFollows(graph, some));
    },
    (made) => many(made, "follows"),
  );

const writePosts = (writing: Writing): Promise<Pick<Made, "posts" | "replies">> =>
  writing.step(
    "posts",
    async (note) => {
      const { plan, stores, accounts, cast, limits } = writing;
      const byHandle = new Map([...cast, ...accounts].map(({ handle, id }) => [handle.toLowerCase(), id]));
      // A limit that was set since then binds no post of the past.
      const lenient = { ...limits, maxGraphemes: Number.MAX_SAFE_INTEGER };
      const votesOf = Map.groupBy(plan.votes, ({ postId }) => postId);
      let replies = 0;
      const posts = await inBatches(plan.posts, writing, note, async (some) => {
        const cards = some.map((post) => cardOf(post, byHandle, lenient));
        const made = await seedPosts(
          storeOf(stores, "content"),
          cards,
          some.flatMap(({ id }) => votesOf.get(id) ?? []),
        );
        replies += some.filter(({ id, reply }) => reply && made.has(id)).length;
        return made.size;
      });
      return { posts, replies };
    },
    ({ posts, replies }) => `${many(posts, "posts")}, ${many(replies, "replies")} among them`,
  );

const writeActs = (writing: Writing): Promise<Pick<Made, "likes" | "shares">> =>
  writing.step(
    "likes",
    async (note) => {
      const { plan, stores } = writing;
      const content: Db = storeOf(stores, "content");
      const shares = await inBatches(plan.shares, writing, note, (some) => seedShares(content, some));
      const likes = await inBatches(plan.likes, writing, note, (some) => seedLikes(content, some));
      return { likes, shares };
    },
    ({ likes, shares }) => `${many(likes, "likes")}, ${many(shares, "shares")}`,
  );
