import { expect, test } from "vitest";
import { withOwn } from "./own-act.ts";

test.each([
  { already: false, likes: 8n },
  { already: true, likes: 7n },
])("one's own like is in the counters, and in them once; read with it: $already", ({ already, likes }) => {
  expect(withOwn({ likes: 7n, shares: 2n }, "likes", already)).toEqual({ likes, shares: 2n });
});
