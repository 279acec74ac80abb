import { misused } from "../command.ts";
import { nearest } from "../nearest.ts";
import type { EventType } from "./catalogue.ts";

/** The kinds of events that somebody typed, by full or short name. */
export function chosen(types: readonly EventType[], typed: readonly string[]): EventType[] {
  return typed.flatMap((word) => {
    const found = types.filter(({ name, short }) => name === word || short.toLowerCase() === word.toLowerCase());
    if (found.length > 0) return found;
    const near = nearest(
      word.split(".").at(-1) ?? word,
      types.map(({ short }) => short),
    );
    throw misused(`there is no event ${word}`, near ? `did you mean ${near}?` : "see: ./skein events ls");
  });
}

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A moment: a time, or how long ago. */
export function momentOf(typed: string, now: Date): Date {
  const [, count, unit = ""] = /^(\d+(?:\.\d+)?)([smhd])$/.exec(typed) ?? [];
  if (count) return new Date(now.getTime() - Number(count) * (UNITS[unit] ?? 0));
  const moment = new Date(typed);
  if (Number.isNaN(moment.getTime()) || !/\d{4}/.test(typed))
    throw misused(`--since ${typed} is no moment`, "say 10m, 2h, 1d or a time like 2026-01-31T12:00:00Z");
  return moment;
}

/** A whole number from a range. */
export function wholeNumber(option: string, typed: string | undefined, from: number, to: number): number | undefined {
  if (typed === undefined) return undefined;
  const value = Number(typed);
  if (!Number.isInteger(value) || value < from || value > to || typed.trim() === "")
    throw misused(`--${option} ${typed} is no number from ${from} to ${to}`);
  return value;
}
