import { ConnectError } from "@connectrpc/connect";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Audience } from "#gen/skein/common/v1/visibility_pb.ts";
import { PostDeletedSchema, PostEditedSchema } from "#gen/skein/content/v1/content_events_pb.ts";
import { AccountBlockedSchema, AccountUnfollowedSchema } from "#gen/skein/graph/v1/graph_events_pb.ts";
import { ResetReason, TimelineService } from "#gen/skein/timeline/v1/timeline_service_pb.ts";
import { as } from "#mesh/testing.ts";
import { follow, people, post } from "../testing/people.ts";
import { startTimeline, type TimelineMesh } from "../testing/start.ts";

let mesh: TimelineMesh;
beforeAll(async () => {
  mesh = await startTimeline();
});
afterAll(() => mesh[Symbol.asyncDispose]());

/** A client of the live home: keeps what it was told, one item per post, and notes whatever it was told twice. */
function listener(viewerId: string) {
  const items = new Map<string, { itemId: string; text: string }>();
  const [heard, repeated]: [string[], string[]] = [[], []];
  let resumeToken = "";
  return {
    items,
    heard,
    repeated,
    get token() {
      return resumeToken;
    },
    texts: () => [...items.values()].sort((a, b) => (a.itemId < b.itemId ? 1 : -1)).map(({ text }) => text),
    /** Listens until it has heard enough, or for so many frames, and hangs up. */
    async listen(enough: () => boolean, frames = Number.POSITIVE_INFINITY): Promise<void> {
      const over = new AbortController();
      const stream = mesh
        .client(TimelineService)
        .streamHomeTimeline({ resumeToken, pageSize: 50 }, { ...as(viewerId), signal: over.signal });
      let left = frames;
      try {
        for await (const { frame, resumeToken: next } of stream) {
          heard.push(frame.case ?? "");
          if (frame.case === "snapshot") items.clear();
          const come = frame.case === "snapshot" ? frame.value.items : [];
          for (const item of frame.case === "upsert" ? [frame.value.item, ...come] : come) {
            const [postId, text] = [item?.post?.card?.id ?? "", item?.post?.card?.text ?? ""];
            if (items.get(postId)?.text === text) repeated.push(text);
            items.set(postId, { itemId: item?.id ?? "", text });
          }
          if (frame.case === "remove") items.delete(frame.value.postId);
          resumeToken = next || resumeToken;
          if (--left <= 0 || enough()) break;
        }
      } catch (error) {
        if (!over.signal.aborted) throw error;
      } finally {
        over.abort();
      }
    },
  };
}

test("a live home begins with what is there, and says what comes, what changes and what goes", async () => {
  const { ann, bob, cleo } = await people(mesh, "ann", "bob", "cleo");
  for (const one of [bob, cleo]) await follow(mesh, ann, one);
  await post(mesh, bob, "first");
  await mesh.settle();
  const live = listener(ann);
  await live.listen(() => live.heard.includes("caughtUp"));
  expect([live.heard, live.texts()]).toEqual([["snapshot", "caughtUp"], ["first"]]);

  const second = await post(mesh, bob, "second");
  const third = await post(mesh, cleo, "third");
  await live.listen(() => live.items.size === 3);
  expect(live.texts()).toEqual(["third", "second", "first"]);

  const card = { id: second, authorId: bob, text: "second, better", audience: Audience.PUBLIC, version: 2n };
  await mesh.announce(PostEditedSchema, { authorId: bob, postId: second, card, formerVersion: 1n });
  await live.listen(() => live.texts().includes("second, better"));
  await mesh.announce(PostDeletedSchema, { authorId: bob, postId: second, version: 3n });
  await live.listen(() => live.items.size === 2);
  await mesh.announce(AccountBlockedSchema, { blockerId: ann, blockedId: cleo });
  await live.listen(() => !live.items.has(third));
  await mesh.announce(AccountUnfollowedSchema, { followerId: ann, followeeId: bob });
  await live.listen(() => live.items.size === 0);
  expect([live.repeated, live.heard.includes("reset")]).toEqual([[], false]);
});

const CUTS = Number(process.env.LAB_CUTS ?? 300);

test(`cut off ${CUTS} times, at any frame, it misses nothing and repeats nothing`, async () => {
  const { dan, eve } = await people(mesh, "dan", "eve");
  await follow(mesh, dan, eve);
  await mesh.settle();
  const live = listener(dan);
  await live.listen(() => true);
  const chance = mesh.timeline.chance;
  const written: string[] = [];
  for (let cut = 0; cut < CUTS; ) {
    const more = chance.below(3);
    for (let n = 0; n < more; n++) {
      const text = `#${written.length}`;
      written.push(text);
      await post(mesh, eve, text);
    }
    if (cut % 10 === 0) await mesh.settle(); // else it is cut off while posts are on their way
    for (let n = 0; n < 10; n++, cut++) {
      const asItWas = live.heard.length;
      await live.listen(() => live.heard.at(-1) === "caughtUp", 1 + chance.below(3));
      if (live.heard.at(-1) === "caughtUp" && live.heard.length - asItWas === 1) break; // nothing was waiting
    }
  }
  await live.listen(() => live.items.size === written.length);
  expect(live.texts()).toEqual(written.toReversed());
  expect(live.repeated).toEqual([]);
  expect(live.heard.filter((frame) => frame === "snapshot" || frame === "reset")).toEqual(["snapshot"]);
}, 120_000);

test("whoever comes back to more than a head full is told to start anew", async () => {
  const { fay, gus } = await people(mesh, "fay", "gus");
  await follow(mesh, fay, gus);
  await post(mesh, gus, "before");
  await mesh.settle();
  const live = listener(fay);
  await live.listen(() => true);
  for (let n = 0; n < 100; n++) await post(mesh, gus, `while away ${n}`);
  await mesh.settle();
  await live.listen(() => live.heard.includes("reset"), 1);
  expect(live.heard).toEqual(["snapshot", "reset"]);
  await live.listen(() => live.heard.at(-1) === "caughtUp");
  expect(live.texts()).toHaveLength(50);
});

test("a token of a day ago is too old, and one that is not ours is refused", async () => {
  const { hal } = await people(mesh, "hal");
  await mesh.settle();
  const live = listener(hal);
  await live.listen(() => true);
  mesh.clock.advance(86_400_001);
  const stream = mesh.client(TimelineService).streamHomeTimeline({ resumeToken: live.token }, as(hal));
  for await (const { frame } of stream) {
    expect(frame).toMatchObject({ case: "reset", value: { reason: ResetReason.TOO_OLD } });
    break;
  }
  const forged = mesh
    .client(TimelineService)
    .streamHomeTimeline({ resumeToken: `${live.token.slice(0, -2)}AA` }, as(hal));
  await expect(Array.fromAsync(forged)).rejects.toBeInstanceOf(ConnectError);
});

test("a live home ends with its caller's proof of identity", async () => {
  const { ida } = await people(mesh, "ida");
  await mesh.settle();
  const stream = mesh.client(TimelineService).streamHomeTimeline({}, as(ida));
  let frames = 0;
  for await (const _ of stream) if (++frames === 2) mesh.clock.advance(3_600_000);
  expect(frames).toBeGreaterThanOrEqual(2);
});

test("whoever has a first page goes on live from there, and is told only what came after it", async () => {
  const { jan, kim } = await people(mesh, "jan", "kim");
  await follow(mesh, jan, kim);
  await post(mesh, kim, "on the page");
  await mesh.settle();
  const client = mesh.client(TimelineService);
  const page = await client.listHomeTimeline({ withResumeToken: true }, as(jan));
  expect(page.items.map(({ post }) => post?.card?.text)).toEqual(["on the page"]);
  await post(mesh, kim, "after it");
  await mesh.settle();
  const told: (string | undefined)[] = [];
  for await (const { frame } of client.streamHomeTimeline({ resumeToken: page.resumeToken }, as(jan))) {
    told.push(frame.case === "upsert" ? frame.value.item?.post?.card?.text : frame.case);
    if (frame.case === "caughtUp") break;
  }
  expect(told).toEqual(["after it", "caughtUp"]);
  expect((await client.listHomeTimeline({}, as(jan))).resumeToken).toBe("");
});
