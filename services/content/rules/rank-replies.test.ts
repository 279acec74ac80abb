import { expect, test } from "vitest";
import { type Rankable, rankReplies, scoreOf } from "./rank-replies.ts";

const now = new Date("2026-11-24T12:00:00Z");
const reply = (id: string, more: Partial<Rankable> & { hours?: number } = {}): Rankable => ({
  ...{ id, authorId: "bob", parentAuthorId: "ann", likes: 0, shares: 0, replies: 0, ...more },
  createdAt: new Date(now.getTime() - (more.hours ?? 1) * 3_600_000),
});

test("the score is the engagement for the age, by the ledger's weights", () => {
  const row = reply("1", { likes: 4, replies: 2, shares: 1, hours: 8 });
  expect(scoreOf(row, now)).toBeCloseTo((4 * 1.0 + 2 * 2.5 + 1 * 3.0 + 1) / 10 ** 1.8, 12);
  expect(scoreOf(reply("1", { hours: -1 }), now)).toBeCloseTo(1 / 2 ** 1.8, 12);
});

test.each<[string, Rankable[], string[]]>([
  ["more engaging ones go first", [reply("1"), reply("2", { likes: 1 }), reply("3", { shares: 1 })], ["3", "2", "1"]],
  ["younger ones go first", [reply("1", { hours: 9 }), reply("2", { hours: 1 })], ["2", "1"]],
  ["of equals the older id goes first", [reply("2"), reply("1"), reply("3")], ["1", "2", "3"]],
  [
    "an author's own go before all, in their order",
    [reply("1", { likes: 99 }), reply("3", { authorId: "ann" }), reply("2", { authorId: "ann", hours: 0 })],
    ["2", "3", "1"],
  ],
])("%s", (_, rows, order) => {
  expect(rankReplies(rows, now).map(({ id }) => id)).toEqual(order);
});
