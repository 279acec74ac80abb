import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { durationFromMs, TimestampSchema, timestampDate } from "@bufbuild/protobuf/wkt";
import { expect, test } from "vitest";
import { Audience } from "#gen/skein/common/v1/visibility_pb.ts";
import { NewPollSchema, NewPostSchema } from "#gen/skein/content/v1/new_post_pb.ts";
import { audienceOf, checkPost, pollOf } from "./new-post.ts";

const limits = { maxGraphemes: 10, maxMentions: 2 };
const refused = (reason: string) => expect.objectContaining({ reason });
const check = (post: MessageInitShape<typeof NewPostSchema>) => checkPost(create(NewPostSchema, post), limits);
const poll = (...options: string[]) => ({ options, openFor: durationFromMs(300_000) });

test.each<[MessageInitShape<typeof NewPostSchema>, string]>([
  [{}, "EMPTY_POST"],
  [{ text: " \u0007\n " }, "EMPTY_POST"],
  [{ text: "x".repeat(11) }, "TEXT_TOO_LONG"],
  [{ text: "x".repeat(10) }, ""],
  [{ media: [{ mediaId: "m" }] }, ""],
  [{ poll: poll("a", "b") }, ""],
  [{ text: "a", poll: poll("a", " a ") }, "INVALID_REQUEST"],
  [{ text: "a", poll: poll("a", "\t") }, "INVALID_REQUEST"],
])("new post %# is refused, or not, with its reason", (post, reason) => {
  if (reason === "") expect(() => check(post)).not.toThrow();
  else expect(() => check(post)).toThrow(refused(reason));
});

test("too many different mentions are refused, the same one again is not", () => {
  const many = { maxGraphemes: 500, maxMentions: 2 };
  expect(checkPost(create(NewPostSchema, { text: "@aa @bb @AA" }), many).handles).toEqual(["aa", "bb"]);
  expect(() => checkPost(create(NewPostSchema, { text: "@aa @bb @cc" }), many)).toThrow(refused("TOO_MANY_MENTIONS"));
});

const { PUBLIC, FOLLOWERS, MENTIONED, PRIVATE, UNSPECIFIED } = Audience;
test.each<[Audience, Audience | undefined, Audience | string]>([
  [UNSPECIFIED, undefined, PUBLIC],
  [FOLLOWERS, undefined, FOLLOWERS],
  [UNSPECIFIED, FOLLOWERS, FOLLOWERS],
  [PUBLIC, PUBLIC, PUBLIC],
  [PRIVATE, PUBLIC, PRIVATE],
  [MENTIONED, MENTIONED, MENTIONED],
  [PUBLIC, FOLLOWERS, "AUDIENCE_TOO_WIDE"],
  [FOLLOWERS, MENTIONED, "AUDIENCE_TOO_WIDE"],
  [MENTIONED, PRIVATE, "AUDIENCE_TOO_WIDE"],
])("audience %i under %j is %j", (asked, parent, expected) => {
  if (typeof expected === "number") expect(audienceOf(asked, parent)).toBe(expected);
  else expect(() => audienceOf(asked, parent)).toThrow(refused(expected));
});

test("a poll runs from the moment it is published", () => {
  const now = new Date("2026-11-24T12:00:00Z");
  const { options, endsAt } = pollOf(create(NewPollSchema, poll(" a\n b", "c")), now);
  expect(options).toEqual(["a b", "c"]);
  expect(timestampDate(create(TimestampSchema, endsAt)).getTime()).toBe(now.getTime() + 300_000);
});
