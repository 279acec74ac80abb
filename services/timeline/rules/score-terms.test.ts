import { expect, test } from "vitest";
import { baseScore, type Factors, type Signals } from "./base-score.ts";
import { type Grounds, scoreOf } from "./rank.ts";
import { FIRST_WEIGHTS } from "./ranking-config.ts";
import { scoreTerms } from "./score-terms.ts";

const NOW = Date.UTC(2026, 10, 25);
const place = { id: "s", postId: "p", authorId: "a", actorId: "b" };
const signals: Signals = { likes: 12, replies: 3, shares: 2, moderation: 0.1, createdMs: NOW - 5_000_000 };
const own: Factors = { likes: 2, replies: 0.5, shares: 0, age: 0.7, affinity: 1.5 };

test.each<[string, Factors | undefined, [string, number][], number]>([
  ["a stranger's", undefined, [], 0],
  ["a close author's", undefined, [["a", 3]], 0],
  ["a close sharer's", undefined, [["b", 2.5]], 0],
  ["of whom more was wanted", undefined, [["a", 1.5]], 2],
  ["of whom less was wanted", own, [["b", 4]], -3],
  ["with factors of one's own", own, [["a", 2]], 0],
])("the terms of a post %s make its very score", (_, factors, close, wish) => {
  const scores = new Map([["p", baseScore(signals, NOW, FIRST_WEIGHTS, factors)]]);
  const grounds: Grounds = {
    scores,
    affinity: new Map(close),
    feedback: new Map([["a", wish]]),
    factors,
    rerankTop: 0,
  };
  const terms = new Map(
    scoreTerms(signals, place, grounds, FIRST_WEIGHTS, NOW).map(({ name, contribution }) => [name, contribution]),
  );
  const of = (name: string) => terms.get(name) ?? Number.NaN;
  const product =
    (1 + of("likes") + of("replies") + of("shares")) * of("age") * of("affinity") * of("feedback") * of("moderation");
  expect(product).toBeCloseTo(scoreOf(place, grounds), 12);
});
