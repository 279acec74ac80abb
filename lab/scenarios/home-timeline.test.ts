import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { EngagementService } from "#gen/skein/content/v1/engagement_service_pb.ts";
import { PostService } from "#gen/skein/content/v1/post_service_pb.ts";
import { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { Completeness_State, TimelineMode } from "#gen/skein/timeline/v1/timeline_pb.ts";
import { TimelineService } from "#gen/skein/timeline/v1/timeline_service_pb.ts";
import { startOwnRedis } from "../faults/own-redis.ts";
import { reasonOf } from "./outcome.ts";
import { arrive, type Person } from "./people.ts";
import { settled } from "./settled.ts";
import { shapes, startTown, type Town } from "./shapes.ts";
import { connectWeb, fetched, grpcJs, grpcWeb } from "./wires.ts";

const wires = {
  "Connect JSON by fetch": fetched,
  "Connect for browsers": connectWeb,
  "grpc-js": grpcJs,
  "gRPC-Web": grpcWeb,
};

/** A client that shows the last consistency token it was given. */
function client({ as }: Person) {
  let token = "";
  return () => ({
    headers: { ...as.headers, ...(token && { "skein-token": token }) },
    onHeader(headers: Headers) {
      token = headers.get("skein-token") ?? token;
    },
  });
}

describe.each(shapes)("%s", (shape) => {
  let town: Town;
  let redis: Awaited<ReturnType<typeof startOwnRedis>>;
  let people: Record<"ann" | "bob" | "cleo" | "dan", Person>;
  beforeAll(async () => {
    redis = await startOwnRedis();
    town = await startTown(shape, { REDIS_URL: redis.url });
    people = await arrive(town, "ann", "bob", "cleo", "dan");
    await settled(town);
  });
  afterAll(async () => {
    await town[Symbol.asyncDispose]();
    await redis[Symbol.asyncDispose]();
  });

  const timeline = () => town.client(TimelineService);
  const posts = () => town.client(PostService);
  const graph = () => town.client(GraphService);
  const textsOf = async (options: object, mode: TimelineMode = TimelineMode.CHRONOLOGICAL) => {
    const page = await timeline().listHomeTimeline({ mode }, options);
    expect(page.completeness?.state).toBe(Completeness_State.COMPLETE);
    return page.items.map(({ post }) => post?.card?.text);
  };
  const write = async (options: object, text: string, more: object = {}) =>
    (await posts().createPost({ post: { text, ...more } }, options)).post?.card?.id ?? "";

  test("what one does is in one's own home with the next read, whatever the machinery still has to do", async () => {
    const { ann, bob } = people;
    const me = client(ann);
    await write(bob.as, "bob was here before");
    const id = await write(me(), "ann's own");
    expect(await textsOf(me())).toEqual(["ann's own"]);
    await graph().followAccount({ accountId: bob.id }, me());
    expect(await textsOf(me())).toEqual(["ann's own", "bob was here before"]);
    await graph().blockAccount({ accountId: bob.id }, me());
    expect(await textsOf(me())).toEqual(["ann's own"]);
    await graph().unblockAccount({ accountId: bob.id }, me());
    await graph().followAccount({ accountId: bob.id }, me());
    expect(await textsOf(me(), TimelineMode.RANKED)).toHaveLength(2);
    await posts().editPost({ postId: id, change: { text: "ann's own, better" } }, me());
    expect(await textsOf(me())).toEqual(["ann's own, better", "bob was here before"]);
    await posts().deletePost({ postId: id }, me());
    expect(await textsOf(me())).toEqual(["bob was here before"]);
    await graph().unfollowAccount({ accountId: bob.id }, me());
    expect(await textsOf(me())).toEqual([]);
  });

  test.each(Object.entries(wires))("%s: followers have a post, with what became of it", async (name, wire) => {
    const { cleo, dan } = people;
    await graph().followAccount({ accountId: cleo.id }, dan.as);
    const text = `by ${name}`;
    const postId = await write(cleo.as, text);
    await town.client(EngagementService).likePost({ postId }, dan.as);
    await settled(town);
    const { listHomeTimeline, listUserTimeline, explainTimelineItem } = TimelineService.method;
    const home = await wire(town.url, listHomeTimeline, { mode: "TIMELINE_MODE_CHRONOLOGICAL" }, dan.as.headers);
    const user = await wire(town.url, listUserTimeline, { accountId: cleo.id }, {});
    for (const { answer } of [home, user]) {
      const [item] = (answer as unknown as { items: Item[] }).items;
      expect(item).toMatchObject({
        id: postId,
        post: { card: { text }, author: { handle: "cleo" }, counts: { likes: "1" } },
      });
    }
    expect((home.answer as unknown as { items: Item[] }).items[0]?.post.viewer).toMatchObject({ liked: true });
    const why = await wire(town.url, explainTimelineItem, { postId }, dan.as.headers);
    expect(why.answer).toMatchObject({ itemId: postId, followedAccountId: cleo.id });
  });

  test("Redis forgets everything, and a home is whole with the next read", async () => {
    const { cleo, dan } = people;
    await write(cleo.as, "before the flush");
    await settled(town);
    const before = await textsOf(dan.as);
    await redis.flush();
    expect(await textsOf(dan.as)).toEqual(before);
    await write(cleo.as, "after the flush");
    await settled(town);
    expect(await textsOf(dan.as)).toEqual(["after the flush", ...before]);
  });

  test("a live home says what comes and what goes, and goes on where it was cut off", async () => {
    const { cleo, dan } = people;
    const seen = new Map<string, string | undefined>();
    let resumeToken = "";
    const follow = async (enough: () => boolean) => {
      const over = new AbortController();
      try {
        for await (const { frame, resumeToken: next } of timeline().streamHomeTimeline(
          { resumeToken },
          { ...dan.as, signal: over.signal },
        )) {
          resumeToken = next || resumeToken;
          if (frame.case === "snapshot") for (const { id, post } of frame.value.items) seen.set(id, post?.card?.text);
          if (frame.case === "upsert") seen.set(frame.value.item?.id ?? "", frame.value.item?.post?.card?.text);
          if (frame.case === "remove") seen.delete(frame.value.itemId);
          if (enough()) break;
        }
      } finally {
        over.abort();
      }
    };
    await follow(() => seen.size > 0);
    const has = (text: string) => [...seen.values()].includes(text);
    const first = await write(cleo.as, "live one");
    await follow(() => has("live one"));
    await write(cleo.as, "live two"); // while nobody listens
    await posts().deletePost({ postId: first }, cleo.as);
    await follow(() => has("live two") && !has("live one"));
    await graph().blockAccount({ accountId: cleo.id }, dan.as);
    await follow(() => seen.size === 0); // cleo is all that was there
    expect(await reasonOf(timeline().explainTimelineItem({ postId: first }, dan.as))).toBe("ITEM_NOT_FOUND");
  });
});

interface Item {
  readonly id: string;
  readonly post: { readonly viewer: object };
}
