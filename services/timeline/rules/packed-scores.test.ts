import { expect, test } from "vitest";
import { realLent } from "#mesh/lent.ts";
import { foundAt, scoreIn, withScores } from "./packed-scores.ts";

const { ids } = realLent();
const people = Array.from({ length: 50 }, () => ids.next());
const scores = (from: number, to: number) =>
  new Map(people.slice(from, to).map((id, at) => [id, 1 + (from + at) / 100]));
const read = (packed: Buffer) => people.map((id) => scoreIn(packed, id));

test("every score is found again, and nobody else's", () => {
  const packed = withScores(undefined, scores(10, 40), 5, 100);
  expect(read(packed)).toEqual(people.map((_, at) => (at >= 10 && at < 40 ? 1 + at / 100 : undefined)));
  expect(foundAt(packed)).toBe(5);
  expect(read(withScores(undefined, new Map(), 5, 100)).every((score) => score === undefined)).toBe(true);
});

test("what is added later does not make the rest younger", () => {
  const packed = withScores(withScores(undefined, scores(20, 50), 5, 100), scores(0, 20), 9, 100);
  expect(read(packed)).toEqual(people.map((_, at) => 1 + at / 100));
  expect(foundAt(packed)).toBe(5);
});

test("beyond its room it begins anew with what is asked for now", () => {
  const packed = withScores(withScores(undefined, scores(0, 20), 5, 30), scores(20, 40), 9, 30);
  expect(read(packed).map((score) => score !== undefined)).toEqual(people.map((_, at) => at >= 20 && at < 40));
  expect(foundAt(packed)).toBe(9);
});
