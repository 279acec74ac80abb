import fc from "fast-check";
import { expect, test } from "vitest";
import { slicesBefore } from "./search-slices.ts";

const day = (text: string) => new Date(`${text}T00:00:00Z`);
const shown = (latest: Date, earliest: Date) =>
  slicesBefore(latest, earliest).map(({ from, to }) =>
    `${from.toISOString()} ${to.toISOString()}`.replaceAll(":00:00.000Z", ""),
  );

test("slices are whole months, longer the older they are", () => {
  expect(shown(new Date("2026-11-24T12:00:00Z"), day("2010-01-01"))).toEqual([
    "2026-11-01T00 2026-11-24T12",
    "2026-10-01T00 2026-11-01T00",
    "2026-09-01T00 2026-10-01T00",
    "2026-06-01T00 2026-09-01T00",
    "2025-12-01T00 2026-06-01T00",
    "2024-12-01T00 2025-12-01T00",
    "2022-12-01T00 2024-12-01T00",
    "2010-01-01T00 2022-12-01T00",
  ]);
});

test("nothing before the earliest is searched", () => {
  expect(shown(day("2026-11-24"), day("2026-11-10"))).toEqual(["2026-11-10T00 2026-11-24T00"]);
  expect(shown(day("2026-11-01"), day("2026-09-15"))).toEqual([
    "2026-10-01T00 2026-11-01T00",
    "2026-09-15T00 2026-10-01T00",
  ]);
});

test("slices leave nothing out and overlap nowhere", () => {
  const moment = fc.date({ min: day("1990-01-01"), max: day("2060-01-01"), noInvalidDate: true });
  fc.assert(
    fc.property(moment, moment, (a, b) => {
      fc.pre(a > b);
      const slices = slicesBefore(a, b);
      expect(slices[0]?.to).toEqual(a);
      expect(slices.at(-1)?.from).toEqual(b);
      for (const [place, { from, to }] of slices.entries()) {
        expect(from < to).toBe(true);
        if (place > 0) expect(to).toEqual(slices[place - 1]?.from);
      }
    }),
  );
});
