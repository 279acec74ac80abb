import { expect, test } from "vitest";
import * as layout from "./layout.ts";

const counts = { likes: 2n ** 40n, shares: 2n, replies: 3n, quotes: 4n, moderationScore: 0.25 };
const id = "0190a0b0-0000-7000-8000-0000000000ff";
const share = {
  id,
  share: true,
  postId: id.replace("ff", "aa"),
  actorId: id.replace("ff", "bb"),
  atMs: 1_763_000_000_123,
};

test("both halves of a post are read as they were packed", () => {
  const card = { revision: 1_763_000_000_123_456, state: layout.State.TOMBSTONE, consent: layout.Consent.WITHHELD };
  const hot = Buffer.concat([Buffer.from([layout.POST]), layout.packCardHalf(card), layout.packCountsHalf(7, counts)]);
  expect([layout.isPost(hot), layout.isShare(hot)]).toEqual([true, false]);
  expect([layout.cardRevision(hot), layout.stateIn(hot), layout.consentIn(hot)]).toEqual(Object.values(card));
  expect([layout.countsRevision(hot), layout.countsIn(hot)]).toEqual([7, counts]);
});

test("counters that nobody wrote are not none", () => {
  const half = Buffer.alloc(layout.POST_BYTES);
  expect(layout.countsRevision(half)).toBeUndefined();
  expect(layout.cardRevision(half)).toBe(0);
});

test("a share is read as it was packed, and one that is gone is nothing else", () => {
  const hot = layout.packShare(share);
  expect(layout.shareIn(id, hot)).toEqual(share);
  expect([hot, layout.SHARE_GONE].map((one) => [layout.isShare(one), layout.isGone(one), layout.isPost(one)])).toEqual([
    [true, false, false],
    [false, true, false],
  ]);
});
