import { expect, test } from "vitest";
import { realLent } from "#mesh/lent.ts";
import { NOTHING_SEEN, seenIn } from "./seen-posts.ts";

const { ids } = realLent();
const some = (count: number) => Array.from({ length: count }, () => ids.next());

test("what was seen is seen, in a token too, and nothing else is", () => {
  const [shown, others] = [some(50), some(50)];
  const seen = seenIn(NOTHING_SEEN.with(shown.slice(0, 20)).with(shown.slice(10)).bytes());
  expect(shown.every((id) => seen.has(id))).toBe(true);
  expect(others.some((id) => seen.has(id))).toBe(false);
  expect(seen.bytes()).toHaveLength(50 * 5);
});

test("a reading that begins has seen nothing, and adding nothing adds nothing", () => {
  expect(NOTHING_SEEN.with([]).bytes()).toHaveLength(0);
  expect(seenIn(new Uint8Array()).has(ids.next())).toBe(false);
});

test("only so many fit into a token: the first are forgotten first", () => {
  const shown = some(450);
  const seen = NOTHING_SEEN.with(shown.slice(0, 300)).with(shown.slice(300));
  expect(shown.map((id) => seen.has(id))).toEqual(shown.map((_, at) => at >= 50));
});
