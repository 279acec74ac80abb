import { expect, test } from "vitest";
import { WORTH } from "./affinity.ts";
import { type Contact, countContacts } from "./contacts.ts";

const DAY = 24 * 60 * 60 * 1000;
const at = (day: number) => new Date(Date.UTC(2026, 0, 1) + day * DAY);
const contact = (viewerId: string, authorId: string, what: Contact["what"], day: number): Contact => ({
  ...{ viewerId, authorId, what, at: at(day) },
});

test("what was done between two is one row, worth what it is worth at the last of it, in whatever order it came", () => {
  const contacts = [
    contact("ann", "bob", "likes", 2),
    contact("ann", "bob", "mentions", 0),
    contact("ann", "bob", "likes", 1),
  ];
  const expected = { likes: 2, replies: 0, shares: 0, mentions: 1, at: at(2) };
  for (const some of [contacts, contacts.toReversed()]) {
    const [pair, ...others] = countContacts(some, DAY);
    expect(others).toEqual([]);
    expect(pair).toMatchObject({ viewerId: "ann", authorId: "bob", ...expected });
    expect(pair?.score).toBeCloseTo(WORTH.likes * 1.5 + WORTH.mentions / 4);
  }
});

test("pairs stay apart, and both ways are two", () => {
  const counted = countContacts([contact("ann", "bob", "shares", 0), contact("bob", "ann", "replies", 0)], DAY);
  expect(counted.map(({ viewerId, shares, replies }) => [viewerId, shares, replies])).toEqual([
    ["ann", 1, 0],
    ["bob", 0, 1],
  ]);
});
