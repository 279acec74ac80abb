import { expect, test } from "vitest";
import { restAfter } from "./pace.ts";

test.each([
  { took: 0, awaited: false, rest: 20 },
  { took: 4, awaited: false, rest: 16 },
  { took: 10, awaited: false, rest: 10 },
  { took: 15, awaited: false, rest: 15 },
  { took: 30, awaited: false, rest: 10 },
  { took: 500, awaited: false, rest: 0 },
  { took: 0, awaited: true, rest: 0 },
  { took: 3, awaited: true, rest: 3 },
  { took: 15, awaited: true, rest: 5 },
  { took: 500, awaited: true, rest: 0 },
])("after a round of $took ms, awaited: $awaited, a consumer rests $rest ms", ({ took, awaited, rest }) => {
  expect(restAfter(took, awaited)).toBe(rest);
});

test.each([
  { took: 0, awaited: false, rest: 75 },
  { took: 30, awaited: false, rest: 45 },
  { took: 3, awaited: true, rest: 3 },
])("a consumer of leisure rests $rest ms after a round of $took ms, awaited: $awaited", ({ took, awaited, rest }) => {
  expect(restAfter(took, awaited, 75)).toBe(rest);
});

test("a consumer without a pace of its own never rests", () => {
  for (const took of [0, 15, 30]) expect(restAfter(took, false, 0)).toBe(0);
});
