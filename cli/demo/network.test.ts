import { afterAll, beforeAll, expect, test } from "vitest";
import { EngagementService } from "#gen/skein/content/v1/engagement_service_pb.ts";
import { HashtagService } from "#gen/skein/content/v1/hashtag_service_pb.ts";
import { PostService } from "#gen/skein/content/v1/post_service_pb.ts";
import { SearchService } from "#gen/skein/content/v1/search_service_pb.ts";
import { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import type { Db } from "#mesh/store/database.ts";
import { sql } from "#mesh/store/sql.ts";
import { as, startTestMesh, type TestMesh } from "#mesh/testing.ts";
import { content } from "../../services/content/index.ts";
import { readEngagement } from "../../services/content/store/counts.ts";
import { identity } from "../../services/identity/index.ts";
import { countStrangers } from "../../services/identity/seeding/demos.ts";
import { settle } from "../../services/identity/testing/people.ts";
import { socialGraph } from "../../services/social-graph/index.ts";
import { countsAndRows } from "../../services/social-graph/testing/counts.ts";
import { createTalk } from "../terminal/talk.ts";
import { behindOf, untilApplied } from "./applied.ts";
import type { Known } from "./cast.ts";
import { type Making, makeNetwork } from "./network.ts";
import { storeOf } from "./stores.ts";
import { tally } from "./testing.ts";
import type { Made } from "./write.ts";

const services = [socialGraph, identity, content];
const size = { seed: 5, accounts: 60, posts: 600 };
const { signal } = new AbortController();
const talk = createTalk({ write: () => undefined }, { live: false, colours: false });

let mesh: TestMesh;
let stores: ReadonlyMap<string, Db>;
let alice: string;
let made: Made;
beforeAll(async () => {
  mesh = await startTestMesh(services);
  stores = new Map(services.map(({ name }) => [name, mesh.deps(name).db as Db]));
  alice = await settle(mesh, { handle: "alice" });
  made = await makeNetwork(making());
  await mesh.settle();
});
afterAll(() => mesh[Symbol.asyncDispose]());

const making = (more: Partial<Making> = {}): Making => {
  const cast: Known[] = [{ name: "alice", id: alice, handle: "alice" }];
  const limits = { maxMentions: 20, maxHashtags: 30 };
  return { stores, size, cast, limits, now: mesh.clock.now(), signal, step: talk.step, ...more };
};
const rows = <Row>(service: string, statement: ReturnType<typeof sql>) =>
  storeOf(stores, service).query<Row>(statement);

/** How many rows each table has, and entries the log. */
async function everything() {
  const tables = ["account", "follow", "block", "privacy", "post", "post_like", "post_share", "vote", "log"];
  const counted = [...stores].flatMap(([service, { query }]) =>
    tables.map(async (table) => {
      const count = { name: "", text: `select count(*)::int as n from ${table}`, values: [] };
      const [row] = await query<{ n: number }>(count).catch(() => []);
      return [`${service} ${table}`, row?.n];
    }),
  );
  return Object.fromEntries(await Promise.all(counted));
}

test("all of it is there, and says how much it is", async () => {
  expect(made).toMatchObject({ accounts: 60, posts: 600, replies: 258, likes: 1_800 });
  expect(await everything()).toMatchObject({
    "identity account": 61,
    "social-graph follow": made.follows,
    "social-graph account": 60, // alice was put into identity's table without a word to others
    "content post": 600,
    "content post_like": 1_800,
    "content post_share": made.shares,
  });
});

test("every counter says what the rows say", async () => {
  const ids = (await rows<{ id: string }>("content", sql`select id from post`)).map(({ id }) => id);
  const counted = await readEngagement(storeOf(stores, "content").query, ids);
  const there = await rows<Record<string, string>>(
    "content",
    sql`select p.id, (select count(*) from post_like where post_id = p.id) as likes,
      (select count(*) from post_share where post_id = p.id) as shares,
      (select count(*) from post where parent_id = p.id and audience < 3) as replies,
      (select count(*) from post where quoted_id = p.id and audience < 3) as quotes from post p`,
  );
  const inWords = (all: readonly unknown[]) =>
    (all as Record<string, string>[]).map(({ id, likes, shares, replies, quotes }) =>
      [id, likes, shares, replies, quotes].join(" "),
    );
  expect(inWords(counted).sort()).toEqual(inWords(there).sort());
  const people = (await rows<{ id: string }>("identity", sql`select id from account`)).map(({ id }) => id);
  const follows = await countsAndRows(mesh, people);
  expect(follows.counted).toEqual(follows.there);
});

test("a post is found by its id, by its words and by its tag, as if it had been posted", async () => {
  const [post] = await rows<{ id: string; author_id: string; tag: string }>(
    "content",
    sql`select p.id, p.author_id, h.tag from post p join hashtag_use h on h.post_id = p.id
      join post_like l on l.post_id = p.id where p.audience = 1 and p.parent_id is null order by p.id desc limit 1`,
  );
  const { post: found } = await mesh.client(PostService).getPost({ postId: post?.id ?? "" });
  expect(found).toMatchObject({
    card: { id: post?.id, authorId: post?.author_id },
    author: { accountId: post?.author_id },
  });
  expect(Number(found?.counts?.likes)).toBeGreaterThan(0);
  const { postIds } = await idsOf(mesh.client(HashtagService).listPostsByHashtag({ tag: post?.tag ?? "" }));
  expect(postIds).toContain(post?.id);
  const query =
    found?.card?.text
      .replaceAll(/#\S+|@\S+/g, "")
      .split(" ")
      .slice(0, 6)
      .join(" ") ?? "";
  expect((await idsOf(mesh.client(SearchService).searchPosts({ query, pageSize: 100 }))).postIds).toContain(post?.id);
});

const idsOf = async (page: Promise<{ posts: readonly { card?: { id: string } | undefined }[] }>) => ({
  postIds: (await page).posts.map(({ card }) => card?.id),
});

test("lists of follows, followers and likers say who it is", async () => {
  const [popular = ["", 0]] = tally(
    (await rows<{ id: string }>("social-graph", sql`select followee_id as id from follow where state = 'ACTIVE'`)).map(
      ({ id }) => id,
    ),
  );
  const { followers } = await mesh.client(GraphService).listFollowers({ accountId: popular[0], pageSize: 100 });
  const theirs = await rows<{ id: string }>(
    "social-graph",
    sql`select follower_id as id from follow where followee_id = ${popular[0]} and state = 'ACTIVE'`,
  );
  const shown = followers.map(({ profile }) => profile?.accountId);
  expect(shown.sort()).toEqual(
    theirs
      .map(({ id }) => id)
      .filter((id) => id !== alice)
      .sort(),
  );
  const { following } = await mesh.client(GraphService).listFollowing({ accountId: shown[0] ?? "", pageSize: 100 });
  expect(following.map(({ profile }) => profile?.accountId)).toContain(popular[0]);
  const [liked] = await rows<{ post_id: string; likers: string[] }>(
    "content",
    sql`select post_id, array_agg(liker_id) as likers from post_like where liker_id <> ${alice}
      and post_id in (select id from post where audience = 1) group by 1 order by count(*) desc limit 1`,
  );
  const { likers } = await mesh.client(EngagementService).listLikers({ postId: liked?.post_id ?? "", pageSize: 100 });
  expect(likers.map(({ accountId }) => accountId).sort()).toEqual(liked?.likers.sort());
});

test("nobody can sign in as one of them, by password or by mail, and all of them are told from strangers", async () => {
  const claims = await rows<{ n: number }>("identity", sql`select count(*)::int as n from email_claim`);
  expect(claims).toEqual([{ n: 1 }]);
  const { profiles } = await mesh.client(IdentityService).searchProfiles({ pageSize: 100 }, as(alice));
  expect(profiles.length).toBeGreaterThan(50);
  const { query } = storeOf(stores, "identity");
  expect([await countStrangers(query, []), await countStrangers(query, [alice])]).toEqual([1, 0]);
});

test("a second run changes nothing, whenever it is; another size of the same seed is refused", async () => {
  const before = await everything();
  mesh.clock.advance(5 * 86_400_000);
  expect(Object.values(await makeNetwork(making()))).toEqual([0, 0, 0, 0, 0, 0]);
  await expect(makeNetwork(making({ size: { ...size, posts: 700 } }))).rejects.toThrow("60 accounts, 600 posts");
  expect(await everything()).toEqual(before);
});

test("what an interrupted run left open the next one finishes, and writes nothing twice", async () => {
  const more = { size: { seed: 6, accounts: 30, posts: 300 }, batch: 40 };
  const stop = new AbortController();
  const step: Making["step"] = (name, work, about) =>
    talk.step(
      name,
      (note) => work((text) => void (name === "posts" && text.startsWith("120") ? stop.abort() : note(text))),
      about,
    );
  await expect(makeNetwork(making({ ...more, signal: stop.signal, step }))).rejects.toThrow();
  const ofPosts = () => rows<{ n: number }>("content", sql`select count(*)::int as n from post`);
  expect(await ofPosts()).toEqual([{ n: 600 + 160 }]);
  expect(await makeNetwork(making(more))).toMatchObject({ accounts: 0, follows: 0, posts: 140, likes: 900 });
  expect(await ofPosts()).toEqual([{ n: 900 }]);
  expect(Object.values(await makeNetwork(making(more)))).toEqual([0, 0, 0, 0, 0, 0]);
});

test("it is known when everybody has applied everything, and who does not is named", async () => {
  await mesh.settle();
  const waiting = { signal, note: () => undefined };
  await untilApplied(services, stores, waiting);
  await rows("content", sql`update consumer_position set seq = seq - 1 where consumer = 'index-posts' and seq > 0`);
  const [behind] = await behindOf(services, stores);
  expect(behind).toMatchObject({ service: "content", consumer: "index-posts", source: "content" });
  expect(behind?.events).toBeGreaterThan(0);
  await expect(untilApplied(services, stores, { ...waiting, patienceMs: 50 })).rejects.toThrow(
    "everything is written, but index-posts of content does not apply it",
  );
});
