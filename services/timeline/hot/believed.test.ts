import { expect, test } from "vitest";
import { createBelieved } from "./believed.ts";

test("what was asked for before the last news of it is not taken up", () => {
  const facts = createBelieved<string>(100, () => 0);
  const before = facts.moment;
  facts.doubt("a");
  facts.learn("a", "old", before);
  expect(facts.get("a")).toBeUndefined();
  facts.learn("a", "new", facts.moment);
  expect(facts.get("a")).toBe("new");
  expect(facts.unchanged(["a"], before)).toBe(false);
  expect(facts.unchanged(["b"], before)).toBe(true);
});

test("of more news than are told apart the old are forgotten, and with them only what was asked for before", () => {
  let now = 0;
  const facts = createBelieved<string>(100, () => now);
  facts.learn("kept", "still", facts.moment);
  facts.doubt("changing", 1_000);
  const before = facts.moment;
  for (let n = 0; n < 25_000; n++) facts.doubt(`${n}`);
  expect(facts.get("kept")).toBe("still");
  facts.learn("late", "asked for long ago", before);
  expect(facts.get("late")).toBeUndefined();
  expect(facts.unchanged(["kept"], before)).toBe(false); // it cannot be told any more
  facts.learn("changing", "too soon", facts.moment);
  expect(facts.get("changing")).toBeUndefined();
  now = 1_000;
  facts.learn("changing", "done", facts.moment);
  expect(facts.get("changing")).toBe("done");
});
