import { expect, test } from "vitest";
import { ballotOf, sameBallot, withBallot } from "./vote.ts";

const three = { options: ["red", "green", "blue"] };

test.each([
  { multiple: false, chosen: [2], ballot: [2] },
  { multiple: true, chosen: [2, 0], ballot: [0, 2] },
  { multiple: true, chosen: [0, 1, 2], ballot: [0, 1, 2] },
])("$chosen is a vote where several are allowed: $multiple", ({ multiple, chosen, ballot }) => {
  expect(ballotOf({ ...three, multiple }, chosen)).toEqual(ballot);
});

test.each([
  { multiple: false, chosen: [0, 1], reason: "ONE_OPTION_ONLY" },
  { multiple: false, chosen: [3], reason: "OPTION_UNKNOWN" },
  { multiple: true, chosen: [0, 3], reason: "OPTION_UNKNOWN" },
])("$chosen is refused with $reason", ({ multiple, chosen, reason }) => {
  expect(() => ballotOf({ ...three, multiple }, chosen)).toThrow(expect.objectContaining({ reason }));
});

test.each([
  { one: [1], other: [1], same: true },
  { one: [0, 2], other: [2, 0], same: true },
  { one: [0], other: [1], same: false },
  { one: [0], other: [0, 1], same: false },
  { one: [0, 1], other: [0], same: false },
])("a vote for $one and one for $other are the same: $same", ({ one, other, same }) => {
  expect(sameBallot(one, other)).toBe(same);
});

test("a vote counts once for its voter and once for every option", () => {
  const poll = { votes: [4n, 0n, 1n], voters: 4n, chosen: [] };
  expect(withBallot(poll, [0, 2])).toEqual({ votes: [5n, 0n, 2n], voters: 5n, chosen: [0, 2] });
});
