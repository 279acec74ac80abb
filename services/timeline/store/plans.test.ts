import { afterAll, beforeAll, expect, test } from "vitest";
import type { Db } from "#mesh/store/database.ts";
import { sql } from "#mesh/store/sql.ts";
import { analyze, mostRemoved, planOf } from "#mesh/testing/plans.ts";
import { firstIdAt } from "../rules/entry-ids.ts";
import { startTimeline, type TimelineMesh } from "../testing/start.ts";
import { explorable } from "./explore.ts";
import { packDeliveries, packPage, tiersOf } from "./fanout.ts";
import { storedHome, storedOf } from "./homes.ts";
import { placesOfPost } from "./post-places.ts";
import { entriesBefore, entriesOf, taggedBefore } from "./posts.ts";
import { countSome } from "./rounds.ts";
import { staleCopies } from "./stale-copies.ts";
import { storedPosts } from "./stored-posts.ts";
import { engagementOf, type Window } from "./windows.ts";

type Query = Db["query"];

const DAY_MS = 86_400_000;
const WEIGHTS = { likes: 1, replies: 2, shares: 3 } as Parameters<typeof explorable>[2];
let mesh: TimelineMesh;
let db: Db;
let ann: string;
let some: string[];
let window: Window;

beforeAll(async () => {
  mesh = await startTimeline();
  ({ db } = mesh.timeline);
  const now = mesh.clock.now();
  window = { now, ms: DAY_MS, halfLifeMs: DAY_MS / 4 };
  await db.query(sql`insert into account (account_id, shard, profile, face, version)
    select md5('a' || n)::uuid, n % 64, '', '', 1 from generate_series(1, 3000) n`);
  // A few write most of it; one post in five is a reply; ids come in the order of time, as they do.
  await db.query(sql`insert into post (post_id, author_id, shard, version, state, audience, created_at, parent_id)
    select (lpad(to_hex(ms), 12, '0') || '7000' || substr(md5(n::text), 1, 16))::uuid, md5('a' || (n * n % 3000 + 1))::uuid, n % 64, 1, 1, 1,
      to_timestamp(ms / 1000.0), case when n % 5 = 0 then md5(n::text)::uuid end
    from (select n, (extract(epoch from ${now}::timestamptz) * 1000)::bigint - n * 20000 as ms from generate_series(1, 20000) n) made`);
  await db.query(sql`insert into entry (actor_id, entry_id, post_id, author_id, shard, tier, is_share, is_reply, at)
    select author_id, post_id, post_id, author_id, shard, 1, false, parent_id is not null, created_at from post`);
  await db.query(sql`insert into follow (follower_id, followee_id, shard, followed_at)
    select distinct md5('a' || n)::uuid, md5('a' || (n * k * 7 % 3000 + 1))::uuid, n % 64, now()
    from generate_series(1, 3000) n, generate_series(1, 20) k`);
  await db.query(sql`insert into tagged (tag, post_id, author_id, shard)
    select 'tag' || (n % 50), post_id, author_id, shard from (select *, row_number() over () as n from post) p`);
  await db.query(sql`insert into engagement_step (step, post_id, kind, amount)
    select created_at, post_id, 1, 2 from post order by post_id desc limit 6000`);
  // What nobody ever writes to is never looked at by autovacuum either: the planner takes an empty `locked` for a full one.
  await analyze(db, "account", "post", "entry", "follow", "tagged");
  // Nor has it heard of what came since it last looked.
  await db.query(sql`insert into entry (actor_id, entry_id, post_id, author_id, shard, tier, is_share, is_reply, at)
    select md5('a' || n)::uuid, md5('share' || n)::uuid, post_id, author_id, shard, 1, true, false, now()
    from (select *, row_number() over () as n from post limit 3000) p`);
  await db.query(sql`insert into consent (post_id, quoted_author_id, quoted_id, shard, approved)
    select post_id, md5('a1')::uuid, md5('quoted')::uuid, shard, true from post limit 3000`);
  const [row] = await db.query<{ ann: string }>(sql`select md5('a1')::uuid as ann`);
  ann = row?.ann ?? "";
  some = (await db.query<{ id: string }>(sql`select post_id as id from post limit 5`)).map(({ id }) => id);
});
afterAll(() => mesh[Symbol.asyncDispose]());

const outgoing = () => some.map((entryId) => ({ entryId, actorId: ann }));
const deps = (query: Query) => ({ db: { ...db, query } }) as Parameters<typeof entriesOf>[0];

const statements: [string, RegExp, (query: Query) => Promise<unknown>][] = [
  ["a home in storage", /Index.* entry_pkey/, (query) => storedHome({ query }, ann, 800)],
  ["what some pushed", /Index.* entry_pkey/, (query) => storedOf({ query }, [ann], 50)],
  ["what many wrote", /Index.* entry_pkey/, (query) => entriesBefore(deps(query), [ann, ...some], undefined, 20)],
  [
    "what one wrote",
    /Index.* entry_pkey/,
    (query) => entriesOf(deps(query), ann, { limit: 20, replies: false, shares: true }),
  ],
  ["posts with tags", /Index.* tagged_pkey/, (query) => taggedBefore(deps(query), ["tag1", "tag2"], undefined, 20)],
  ["how entries travel", /Index.* entry_id/, (query) => tiersOf({ query }, some)],
  ["whom posts reach", /Index.* follow_followee/, (query) => packDeliveries({ query }, outgoing(), 500)],
  [
    "a page of followers",
    /Index.* follow_followee/,
    (query) => packPage({ query }, { entryId: some[0] ?? "", actorId: ann }, undefined, 100),
  ],
  ["places of a post", /Index.* entry_id/, (query) => placesOfPost({ query }, ann, some[0] ?? "", ["tag1"])],
  [
    "posts with all that hangs on them",
    /Index.* post_pkey/,
    (query) =>
      storedPosts(
        { query },
        some.map((id) => ({ id, revision: 0 })),
      ),
  ],
  ["what happened to posts", /Index.* engagement_step/, (query) => engagementOf({ query }, some, window)],
  [
    "posts to count",
    /Index.* post_pkey/,
    (query) => countSome({ query }, window.now.getTime(), firstIdAt(window.now.getTime() - DAY_MS), 500),
  ],
  ["copies out of date", /stale_copy/, (query) => staleCopies({ query }, window.now, 100)],
];

test.each(statements)("among many posts an index finds %s", async (_, index, ask) => {
  const plan = await planOf(db, ask);
  expect(plan).toMatch(index);
  expect(plan).not.toMatch(/Seq Scan on (post|entry|follow|tagged|account)\b/);
  expect(mostRemoved(plan)).toBeLessThan(300);
});

// It once took twelve seconds of every minute on a day of 100,000 posts, because nobody had locked an account yet.
test("what is worth exploring is looked up post by post, however little the planner knows", async () => {
  const wanted = { sinceMs: window.now.getTime() - 7 * DAY_MS, tags: ["tag1"] };
  const ask = (query: Query) => explorable({ query }, window, WEIGHTS, wanted);
  const plan = await planOf(db, ask);
  expect(plan).not.toMatch(/Seq Scan on (post|account)\b/);
  expect(mostRemoved(plan)).toBeLessThan(300);
  const posts = await explorable(db, window, WEIGHTS, wanted);
  expect(posts.length).toBeGreaterThan(1_000);
  expect(new Set(posts.map(({ postId }) => postId)).size).toBe(posts.length);
  expect(posts.filter(({ heat }) => heat > 0).length).toBeGreaterThan(1_000);
});
