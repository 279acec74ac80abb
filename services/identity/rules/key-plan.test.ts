import { expect, test } from "vitest";
import { currentKey, planKeys } from "./key-plan.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const start = new Date("2026-11-21T00:00:00Z");
const at = (ms: number) => new Date(start.getTime() + ms);
const span = (from: number, until: number) => ({ signsFrom: at(from), signsUntil: at(until) });

test("the first plan makes a key that signs at once and one that waits", () => {
  expect(planKeys([], { now: start, rotationMs: DAY })).toEqual({ add: [span(0, DAY), span(DAY, 2 * DAY)] });
});

test("while a key waits there is nothing to do", () => {
  expect(planKeys([span(0, DAY), span(DAY, 2 * DAY)], { now: at(DAY - 1), rotationMs: DAY })).toEqual({ add: [] });
});

test("as soon as the waiting key signs another one waits behind it", () => {
  const plan = planKeys([span(0, DAY), span(DAY, 2 * DAY)], { now: at(DAY), rotationMs: DAY });
  expect(plan).toEqual({ add: [span(2 * DAY, 3 * DAY)] });
});

test("a key that nobody could have fetched yet does not sign: the one before it signs on", () => {
  const plan = planKeys([span(0, DAY)], { now: at(DAY - 60_000), rotationMs: DAY });
  expect(plan).toEqual({
    add: [span(DAY - 60_000 + HOUR, 2 * DAY - 60_000 + HOUR)],
    extendTo: at(DAY - 60_000 + HOUR),
  });
});

test("after a long sleep a new key signs at once", () => {
  const now = at(9 * DAY);
  expect(planKeys([span(0, DAY)], { now, rotationMs: DAY }).add).toEqual([
    span(9 * DAY, 10 * DAY),
    span(10 * DAY, 11 * DAY),
  ]);
});

test("the newest key whose time has come signs; a clock that is behind takes the first", () => {
  const keys = [span(DAY, 2 * DAY), span(0, DAY)];
  expect(currentKey(keys, at(DAY - 1))).toEqual(span(0, DAY));
  expect(currentKey(keys, at(DAY))).toEqual(span(DAY, 2 * DAY));
  expect(currentKey(keys, at(-5))).toEqual(span(0, DAY));
  expect(currentKey([], start)).toBeUndefined();
});
