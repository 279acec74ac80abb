import { afterAll, beforeAll, expect, test } from "vitest";
import { PostDeletedSchema } from "#gen/skein/content/v1/content_events_pb.ts";
import { FanoutTier } from "#gen/skein/graph/v1/counts_pb.ts";
import { AccountBlockedSchema, FanoutTierChangedSchema } from "#gen/skein/graph/v1/graph_events_pb.ts";
import { homeOf } from "../testing/homes.ts";
import { follow, people, post } from "../testing/people.ts";
import { startTimeline, type TimelineMesh } from "../testing/start.ts";
import type { Wake } from "./wakes.ts";

let mesh: TimelineMesh;
beforeAll(async () => {
  mesh = await startTimeline();
});
afterAll(() => mesh[Symbol.asyncDispose]());

/** Hears for one viewer; `next` resolves at the first wake that fits, be it that it has come already. */
async function ear(viewerId: string) {
  const heard: Wake[] = [];
  let look = () => {};
  const heeding = mesh.timeline.homes.wakes.on(viewerId, (wake) => {
    heard.push(wake);
    look();
  });
  const next = (fits: (wake: Wake) => boolean) =>
    new Promise<Wake>((resolve) => {
      look = () => {
        const found = heard.find(fits);
        if (found) resolve(found);
      };
      look();
    });
  await mesh.timeline.homes.wakes.listening();
  heard.length = 0;
  return { heard, next, [Symbol.dispose]: () => heeding[Symbol.dispose]() };
}

const ofKind = (kind: Wake["kind"]) => (wake: Wake) => wake.kind === kind;

async function cast() {
  const all = await people(mesh, "ann", "bob", "cem");
  await follow(mesh, all.ann, all.bob);
  await mesh.settle();
  await homeOf(mesh, all.ann);
  return all;
}

test("whoever gets something hears of it, nobody else does", async () => {
  const { ann, bob, cem } = await cast();
  await homeOf(mesh, cem);
  using mine = await ear(ann);
  using others = await ear(cem);
  await post(mesh, bob, "hello");
  await mine.next(ofKind("HOME"));
  await mesh.timeline.homes.wakes.viewers([cem]); // what was said before has been heard when this is
  await others.next(ofKind("HOME"));
  expect(others.heard).toHaveLength(1);
});

test("what is taken back wakes everybody, once it is known to be gone", async () => {
  const { ann, bob, cem } = await cast();
  const made = await post(mesh, bob, "hello");
  await mesh.settle();
  using mine = await ear(ann);
  using others = await ear(cem);
  await mesh.announce(PostDeletedSchema, { authorId: bob, postId: made, version: 2n });
  const gone = (wake: Wake) => wake.kind === "POSTS" && wake.ids.has(made);
  await Promise.all([mine.next(gone), others.next(gone)]);
});

test("a block wakes both", async () => {
  const { ann, bob } = await cast();
  using blocked = await ear(ann);
  using blocking = await ear(bob);
  await mesh.announce(AccountBlockedSchema, { blockerId: bob, blockedId: ann });
  await Promise.all([blocked.next(ofKind("HOME")), blocking.next(ofKind("HOME"))]);
});

test("a pulled post wakes everybody, with its author's name", async () => {
  const { ann, bob } = await cast();
  await mesh.announce(FanoutTierChangedSchema, { accountId: bob, tier: FanoutTier.PULL });
  await mesh.settle();
  using mine = await ear(ann);
  await post(mesh, bob, "hello all");
  await mine.next((wake) => wake.kind === "PULLED" && wake.ids.has(bob));
});

test("whoever does not listen any more hears nothing; whoever comes back does", async () => {
  const { ann, bob } = await cast();
  const former = await ear(ann);
  former[Symbol.dispose]();
  using present = await ear(ann);
  await post(mesh, bob, "hello");
  await present.next(ofKind("HOME"));
  expect(former.heard).toEqual([]);
});
