import { expect, test } from "vitest";
import { Audience } from "#gen/skein/common/v1/visibility_pb.ts";
import { type CountedPost, countChanges } from "./counted.ts";

const plain: CountedPost = {
  ...{ published: true, audience: Audience.PUBLIC, parentId: undefined, quotedId: undefined },
  ...{ quoteAsks: false, approved: undefined },
};
const reply = { ...plain, parentId: "p" };
const quote = { ...plain, quotedId: "q" };
const asking = { ...quote, quoteAsks: true };
const more = { postId: "p", replies: 1, quotes: 0 };
const less = { postId: "p", replies: -1, quotes: 0 };
const shown = { postId: "q", replies: 0, quotes: 1 };
const unshown = { postId: "q", replies: 0, quotes: -1 };

test.each<[string, CountedPost | undefined, CountedPost | undefined, object[]]>([
  ["a post that answers nothing counts nowhere", undefined, plain, []],
  ["a reply counts", undefined, reply, [more]],
  ["a reply for followers counts", undefined, { ...reply, audience: Audience.FOLLOWERS }, [more]],
  ["a reply for a chosen few does not", undefined, { ...reply, audience: Audience.MENTIONED }, []],
  ["an edited reply counts once", reply, reply, []],
  ["a deleted one no longer", reply, { ...reply, published: false }, [less]],
  ["one that was deleted counts again", { ...reply, published: false }, reply, [more]],
  ["one that is erased was counted", reply, undefined, [less]],
  ["a quote counts", undefined, quote, [shown]],
  ["one that asks does not", undefined, asking, []],
  ["until it is approved", asking, { ...asking, approved: true }, [shown]],
  ["not if it is refused", asking, { ...asking, approved: false }, []],
  ["one that is detached no longer", quote, { ...quote, approved: false }, [unshown]],
  ["a deleted one that was detached was not counted", { ...quote, approved: false }, undefined, []],
  ["answer and quote of one post count together", undefined, { ...reply, quotedId: "p" }, [{ ...more, quotes: 1 }]],
])("%s", (_, former, now, expected) => {
  expect(countChanges(former, now)).toEqual(expected);
});
