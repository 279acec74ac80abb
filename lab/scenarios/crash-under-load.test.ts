import { expect, test } from "vitest";
import { EngagementService } from "#gen/skein/content/v1/engagement_service_pb.ts";
import { PostService } from "#gen/skein/content/v1/post_service_pb.ts";
import { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { graphDamage } from "./graph-damage.ts";
import { untilAnswered } from "./patient.ts";
import { arrive, type Person } from "./people.ts";
import { settled } from "./settled.ts";
import { startTown, type Town } from "./shapes.ts";

const names = Array.from({ length: 8 }, (_, n) => `worker_${n}`);

/** What clients were told is done. */
interface Done {
  readonly posts: Map<string, string>;
  readonly likes: Set<string>;
  readonly follows: Set<string>;
}

// One process cannot lose a part of itself; kill-everything.test.ts ends it as a whole.
test("split: content and social-graph die under load, and what was acknowledged is there, once", async () => {
  await using town = await startTown("split");
  const crowd = Object.values(await arrive(town, ...names));
  const done: Done = { posts: new Map(), likes: new Set(), follows: new Set() };
  let over = false;
  const load = crowd.map((who, n) => work(town, crowd, n, who, done, () => over));
  const moreDone = (least: number) => expect.poll(() => done.posts.size, { timeout: 30_000 }).toBeGreaterThan(least);
  for (const dying of [["content"], ["social-graph"], ["content", "social-graph"]]) {
    await moreDone(done.posts.size + 10);
    await Promise.all(dying.map((service) => town.crash(service)));
  }
  await moreDone(done.posts.size + 10);
  over = true;
  await Promise.all(load);
  await settled(town);

  await using content = await town.look("content");
  const posts = await content.query("select id, request_key from post");
  const kept = posts.rows.map(({ id, request_key }): [string, string] => [request_key, id]);
  expect(new Map(kept)).toEqual(new Map([...done.posts].map(([key, id]) => [`post:${key}`, id])));
  expect(kept).toHaveLength(done.posts.size);
  const likes = await content.query("select liker_id, post_id from post_like");
  expect(new Set(likes.rows.map(({ liker_id, post_id }) => `${liker_id} ${post_id}`))).toEqual(done.likes);
  const events = await content.query(
    "select type, count(*)::int as events, count(distinct subject_id)::int as subjects from log group by 1 order by 1",
  );
  expect(events.rows).toEqual([
    { type: "skein.content.v1.PostLiked", events: done.likes.size, subjects: done.posts.size },
    { type: "skein.content.v1.PostPublished", events: done.posts.size, subjects: done.posts.size },
  ]);
  const counted = await content.query(`select count(*)::int as posts, sum(likes)::int as likes from (
    select p.id, coalesce((select likes from post_count c where c.post_id = p.id), 0)
      + coalesce((select sum(delta) from count_delta d where d.post_id = p.id and d.kind = 1), 0) as likes from post p) l where likes > 0`);
  expect(counted.rows).toEqual([{ posts: done.posts.size, likes: done.likes.size }]);

  await using graph = await town.look("social-graph");
  const follows = await graph.query("select follower_id, followee_id from follow");
  expect(new Set(follows.rows.map(({ follower_id, followee_id }) => `${follower_id} ${followee_id}`))).toEqual(
    done.follows,
  );
  const followed = await graph.query(
    "select count(*)::int as n from log where type = 'skein.graph.v1.AccountFollowed'",
  );
  const unfollowed = await graph.query(
    "select count(*)::int as n from log where type = 'skein.graph.v1.AccountUnfollowed'",
  );
  expect(followed.rows[0].n - unfollowed.rows[0].n).toBe(done.follows.size);
  expect(await graphDamage(town)).toEqual([]);
});

/** Posts, likes what was posted last, follows the next one and leaves the one after, and asks again until it is told. */
async function work(
  town: Town,
  crowd: readonly Person[],
  n: number,
  { id, as }: Person,
  done: Done,
  over: () => boolean,
) {
  const posts = town.client(PostService);
  const engagement = town.client(EngagementService);
  const graph = town.client(GraphService);
  for (let round = 0; !over(); round++) {
    const idempotencyKey = `${n}-${round}`;
    const post = { text: `round ${round}` };
    const made = await untilAnswered(() => posts.createPost({ post, idempotencyKey }, as));
    const postId = made.post?.card?.id ?? "";
    done.posts.set(idempotencyKey, postId);
    await untilAnswered(() => engagement.likePost({ postId }, as));
    done.likes.add(`${id} ${postId}`);
    const { id: accountId = "" } = crowd[(n + 1 + (round % (crowd.length - 1))) % crowd.length] ?? {};
    await untilAnswered(() => graph.followAccount({ accountId }, as));
    done.follows.add(`${id} ${accountId}`);
    if (round % 3 > 0) continue;
    await untilAnswered(() => graph.unfollowAccount({ accountId }, as));
    done.follows.delete(`${id} ${accountId}`);
  }
}
