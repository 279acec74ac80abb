import { expect, test } from "vitest";
import { Audience } from "#gen/skein/common/v1/visibility_pb.ts";
import { known, NOW, planned, tally } from "./testing.ts";
import { DAY_MS, DAYS, HOUR_MS } from "./time.ts";
import { stories } from "./topics/stories.ts";

const { plan, people, byId } = planned();
const postsById = new Map(plan.posts.map((post) => [post.id, post]));
const idOf = (name: string) => known.find((one) => one.name === name)?.id ?? "";
const tagsIn = (text: string) => [...text.matchAll(/#(\p{L}+)/gu)].map(([, tag]) => tag);

test("the same seed, size, people and moment plan the same network, to the last id; another seed plans another", () => {
  expect(planned().plan).toEqual(plan);
  const other = planned({ seed: 2 }).plan;
  expect(other.posts.some(({ id }) => postsById.has(id))).toBe(false);
});

test("it is as large as was asked for", () => {
  expect(people).toHaveLength(200 + known.length);
  expect(plan.posts).toHaveLength(4_000);
  expect(plan.likes).toHaveLength(12_000);
  expect(plan.posts.filter(({ reply }) => reply).length).toBe(1_720);
});

test.each([
  [10, 0],
  [10, 60],
  [3, 200],
])("%i people with %i posts are a network as well", (accounts, posts) => {
  const small = planned({ accounts, posts });
  expect(small.plan.posts.length).toBeLessThanOrEqual(posts);
  expect(small.plan.posts.length).toBeGreaterThanOrEqual(posts * 0.9);
});

test("ids are unique, of version 7, and say when", () => {
  const ids = [...postsById.keys(), ...plan.shares.map(({ id }) => id), ...people.map(({ id }) => id)];
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  for (const { id, createdAt } of plan.posts)
    expect(Number.parseInt(id.replace("-", "").slice(0, 12), 16)).toBe(createdAt.getTime());
});

test("posts lie in the last 30 days, oldest first, and everything comes after what it is about", () => {
  const [first, last] = [plan.posts[0], plan.posts.at(-1)];
  expect(first?.createdAt.getTime()).toBeGreaterThan(NOW.getTime() - DAYS * DAY_MS);
  expect(last?.createdAt.getTime()).toBeLessThan(NOW.getTime());
  expect(plan.posts.map(({ id }) => id)).toEqual([...postsById.keys()].sort());
  for (const { createdAt, reply, quoted } of plan.posts)
    for (const target of [reply?.rootId, reply?.parentId, quoted?.postId])
      if (target) expect(postsById.get(target)?.createdAt.getTime()).toBeLessThan(createdAt.getTime());
  for (const { postId, at } of [...plan.likes, ...plan.shares, ...plan.votes]) {
    expect(at.getTime()).toBeGreaterThan(postsById.get(postId)?.createdAt.getTime() ?? Number.POSITIVE_INFINITY);
    expect(at.getTime()).toBeLessThanOrEqual(NOW.getTime());
  }
});

test("few are followed by many, most by some, and many follow each other", () => {
  const followers = tally(plan.follows.map(({ followeeId }) => followeeId)).map(([, times]) => times);
  const top = followers.slice(0, 20).reduce((sum, one) => sum + one, 0);
  expect(top / plan.follows.length).toBeGreaterThan(0.25);
  const follows = new Set(plan.follows.map(({ followerId, followeeId }) => `${followerId} ${followeeId}`));
  expect(follows.size).toBe(plan.follows.length);
  const mutual = plan.follows.filter(({ followerId, followeeId }) => follows.has(`${followeeId} ${followerId}`));
  expect(mutual.length / plan.follows.length).toBeGreaterThan(0.2);
  expect(new Set(plan.follows.map(({ followerId }) => followerId)).size).toBe(people.length);
  const fans = plan.follows.filter(({ followeeId }) => followeeId === idOf("star")).length;
  expect(fans / people.length).toBeGreaterThan(0.6);
});

test("people follow mostly within what they care about", () => {
  const shared = plan.follows.filter(({ followerId, followeeId }) => {
    const mine = new Set(byId.get(followerId)?.topics);
    return byId.get(followeeId)?.topics.some((topic) => mine.has(topic));
  });
  expect(shared.length / plan.follows.length).toBeGreaterThan(0.5);
});

test("whoever is parted from somebody has nothing to do with them, and nobody likes what they cannot see", () => {
  const between = (one: string, other: string) => (a: string, b: string) =>
    (a === one && b === other) || (a === other && b === one);
  const [alice, bob, blake] = [idOf("alice"), idOf("bob"), idOf("blake")];
  for (const parted of [between(alice, blake), between(bob, blake)]) {
    expect(plan.follows.filter(({ followerId, followeeId }) => parted(followerId, followeeId))).toEqual([]);
    expect([...plan.likes, ...plan.shares].filter(({ actorId, authorId }) => parted(actorId, authorId))).toEqual([]);
    expect(plan.posts.filter(({ authorId, reply }) => parted(authorId, reply?.parentAuthorId ?? ""))).toEqual([]);
  }
  const letIn = new Set(
    plan.follows.filter(({ asked }) => !asked).map(({ followerId, followeeId }) => `${followerId} ${followeeId}`),
  );
  for (const { actorId, authorId, postId } of plan.likes) {
    const { audience = Audience.PUBLIC } = postsById.get(postId) ?? {};
    expect(actorId).not.toBe(authorId);
    expect(audience).not.toBe(Audience.PRIVATE);
    if (audience === Audience.FOLLOWERS || byId.get(authorId)?.locked)
      expect(letIn.has(`${actorId} ${authorId}`)).toBe(true);
  }
});

test("what everybody talks about now, nobody talked about before, and it is the most used tag of the last hours", () => {
  const [newest] = stories;
  const since = NOW.getTime() - (newest?.sinceHours ?? 0) * HOUR_MS;
  const tags = (posts: typeof plan.posts) => tally(posts.flatMap(({ text }) => tagsIn(text)));
  const before = plan.posts.filter(({ createdAt }) => createdAt.getTime() < since);
  const lately = plan.posts.filter(({ createdAt }) => createdAt.getTime() >= since);
  expect(tags(lately)[0]?.[0]).toBe(newest?.tag);
  expect(tags(before).map(([tag]) => tag)).not.toContain(newest?.tag);
});

test("there is some of everything: polls with votes, quotes, shares, warnings, mentions, languages, narrow audiences", () => {
  const polls = plan.posts.filter(({ poll }) => poll);
  expect(polls.length).toBeGreaterThan(10);
  expect(new Set(plan.votes.map(({ postId }) => postId)).size).toBeGreaterThan(polls.length * 0.8);
  for (const { postId, option } of plan.votes)
    expect(option).toBeLessThan(postsById.get(postId)?.poll?.options.length ?? 0);
  expect(plan.posts.filter(({ quoted }) => quoted).length).toBeGreaterThan(20);
  expect(plan.posts.filter(({ contentWarning }) => contentWarning).length).toBeGreaterThan(10);
  expect(plan.posts.filter(({ text }) => /(^| )@\w/.test(text)).length).toBeGreaterThan(50);
  expect(new Set(plan.posts.map(({ language }) => language)).size).toBeGreaterThan(4);
  expect(plan.posts.filter(({ audience }) => audience === Audience.FOLLOWERS).length).toBeGreaterThan(20);
  const hers = plan.posts.filter(({ authorId, reply }) => authorId === idOf("pria") && !reply);
  expect(hers.length).toBeGreaterThan(0);
  expect(hers.every(({ audience }) => audience !== undefined)).toBe(true);
});
