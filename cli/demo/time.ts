import { type Chance, drawer } from "./chance.ts";

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
/** So far back the network reaches. */
export const DAYS = 30;

/** How much is written in which hour of somebody's day. */
const drawHour = drawer([2, 1, 1, 1, 1, 2, 4, 7, 9, 8, 7, 7, 9, 8, 7, 7, 8, 9, 10, 11, 12, 11, 8, 4]);
const drawDay = drawer(Array.from({ length: DAYS }, (_, day) => 1 + day / 20));

/** A moment of the last days, of more recent ones a little more often, and when people in that part of the world are awake. */
export function momentOf(chance: Chance, now: number, shift: number): number {
  for (;;) {
    const day = Math.floor(now / DAY_MS) - DAYS + 1 + drawDay(chance);
    const at = day * DAY_MS + (drawHour(chance) - shift + chance.next()) * HOUR_MS;
    if (at > now - DAYS * DAY_MS && at < now - 60_000) return Math.floor(at);
  }
}

/** A moment after another one: mostly soon, now and then much later, never in the future. */
export function soonAfter(chance: Chance, before: number, now: number, usually: number): number {
  const at = before + 5_000 + usually * Math.exp(chance.normal() * 1.3);
  const late = before + (now - before) * (0.05 + 0.9 * chance.next());
  return Math.max(before + 1, Math.floor(at < now ? at : late));
}
