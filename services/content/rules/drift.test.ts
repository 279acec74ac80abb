import { expect, test } from "vitest";
import { type CountRow, driftsOf } from "./drift.ts";

const row = (post_id: string, kind: number, kept: number, counted: number, option: number | null = null): CountRow => ({
  ...{ post_id, kind, option },
  ...{ kept: String(kept), counted: String(counted) },
});

const none = { likes: 0n, shares: 0n, replies: 0n, quotes: 0n, voters: 0n, votes: [] };

test.each([
  { name: "nothing", rows: [], drifts: [] },
  {
    name: "one count, below zero as it is",
    rows: [row("a", 1, -2, 3)],
    drifts: [{ postId: "a", kept: { ...none, likes: -2n }, counted: { ...none, likes: 3n } }],
  },
  {
    name: "what is right beside what is wrong",
    rows: [row("a", 2, 1, 1), row("a", 3, 5, 4), row("a", 4, 0, 1)],
    drifts: [
      {
        postId: "a",
        kept: { ...none, shares: 1n, replies: 5n },
        counted: { ...none, shares: 1n, replies: 4n, quotes: 1n },
      },
    ],
  },
  {
    name: "a poll, options without votes included",
    rows: [row("a", 5, 2, 2), row("a", 6, 1, 2, 2), row("a", 6, 1, 0, 0)],
    drifts: [
      {
        postId: "a",
        kept: { ...none, voters: 2n, votes: [1n, 0n, 1n] },
        counted: { ...none, voters: 2n, votes: [0n, 0n, 2n] },
      },
    ],
  },
  {
    name: "two posts apart",
    rows: [row("a", 1, 0, 1), row("b", 1, 2, 0)],
    drifts: [
      { postId: "a", kept: none, counted: { ...none, likes: 1n } },
      { postId: "b", kept: { ...none, likes: 2n }, counted: none },
    ],
  },
])("a report shows $name", ({ rows, drifts }) => {
  expect(driftsOf(rows)).toEqual(drifts);
});
