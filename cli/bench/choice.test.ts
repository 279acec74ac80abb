import { expect, test } from "vitest";
import { choiceOf, measures, type Typed } from "./choice.ts";

test("without a word everything is measured, and nothing twice", () => {
  expect(choiceOf([], {})).toEqual({
    ...{ measures, quick: false, json: false, shape: "one", rounds: 5, seconds: 5 },
  });
  expect(choiceOf(["mix", "home", "mix"], {}).measures).toEqual(["home", "mix"]);
});

test("quick means less of everything, but for what is said", () => {
  expect(choiceOf([], { quick: true })).toMatchObject({ rounds: 3, seconds: 1, quick: true });
  expect(choiceOf([], { quick: true, rounds: "7", seconds: "0.5" })).toMatchObject({ rounds: 7, seconds: 0.5 });
});

test("what a report, a graph and a shape are is kept", () => {
  expect(choiceOf(["mix"], { report: "out", graph: "a.edges", shape: "split", json: true })).toMatchObject({
    ...{ report: "out", graph: "a.edges", shape: "split", json: true },
  });
  expect(choiceOf(["mix"], { synthetic: "500" }).synthetic).toBe(500);
});

test.each<[string[], Typed, string]>([
  [["hoem"], {}, "bench cannot measure hoem"],
  [[], { shape: "two" }, '"two" is no shape'],
  [[], { rounds: "0" }, '"0" is no number of rounds'],
  [[], { rounds: "1.5" }, '"1.5" is no number of rounds'],
  [[], { seconds: "" }, '"" is no number of seconds'],
  [[], { synthetic: "a few" }, '"a few" is no number of people'],
  [[], { graph: "x", synthetic: "100" }, "--graph and --synthetic exclude each other"],
])("%j %j is refused", (words, typed, said) => {
  expect(() => choiceOf(words, typed)).toThrow(said);
});
