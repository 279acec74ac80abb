import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { Audience, Relation_Standing as Standing } from "#gen/skein/common/v1/visibility_pb.ts";
import { Circle, PostCardSchema } from "#gen/skein/content/v1/post_pb.ts";
import type { Facts } from "../visibility.ts";
import { mayQuote, mayReply } from "./circle.ts";

const facts: Facts = {
  ...{ self: false, standing: Standing.ACTIVE, blocking: false, blockedBy: false, muted: [], following: false },
  ...{ followedBy: false, locked: false, hiddenFromHome: false, repostsHidden: false },
};
const self = { facts: { ...facts, self: true }, mayReply: true };
const stranger = { facts, mayReply: true };
const follower = { facts: { ...facts, following: true }, mayReply: true };
const unwanted = { ...follower, mayReply: false };
const of = (circle: Circle, audience: Audience = Audience.PUBLIC) => ({
  card: create(PostCardSchema, { audience, policy: { reply: circle, quote: circle }, mentionedIds: ["named"] }),
});

test.each([
  [Circle.UNSPECIFIED, "EVERYONE", { stranger: true, follower: true, named: true, unwanted: [false, true] }],
  [Circle.EVERYONE, "EVERYONE", { stranger: true, follower: true, named: true, unwanted: [false, true] }],
  [Circle.FOLLOWERS, "FOLLOWERS", { stranger: false, follower: true, named: false, unwanted: [false, true] }],
  [Circle.MENTIONED, "MENTIONED", { stranger: false, follower: false, named: true, unwanted: [false, false] }],
  [Circle.NOBODY, "NOBODY", { stranger: false, follower: false, named: false, unwanted: [false, false] }],
])("circle %i (%s) lets in whom it names", (circle, _, expected) => {
  const record = of(circle);
  const both = (subject: typeof stranger, id: string) => [
    mayReply({ record, subject }, id),
    mayQuote({ record, subject }, id),
  ];
  expect(both(stranger, "x")).toEqual([expected.stranger, expected.stranger]);
  expect(both(follower, "x")).toEqual([expected.follower, expected.follower]);
  expect(both(stranger, "named")).toEqual([expected.named, expected.named]);
  expect(both(unwanted, "x")).toEqual(expected.unwanted);
  expect(both(self, "x")).toEqual([true, true]);
});

test("what is not for everybody is quoted by its author alone", () => {
  for (const audience of [Audience.FOLLOWERS, Audience.MENTIONED, Audience.PRIVATE]) {
    const record = of(Circle.EVERYONE, audience);
    expect(mayQuote({ record, subject: follower }, "named")).toBe(false);
    expect(mayQuote({ record, subject: self }, "x")).toBe(true);
  }
});
