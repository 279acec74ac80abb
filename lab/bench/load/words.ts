/** A number from 0 up to, but not including, 1. */
export type Chance = () => number;

const WORDS =
  "river stone morning window quiet harbour letter green engine story market winter bridge candle garden night".split(
    " ",
  );
const SIGNS = "abcdefghijklmnopqrstuvwxyz0123456789";

/** One of them. */
export const pick = <T>(list: readonly T[], chance: Chance): T => list[Math.floor(chance() * list.length)] as T;

/** A text of common words, about so many characters long. */
export function textOf(characters: number, chance: Chance): string {
  let text = pick(WORDS, chance);
  while (text.length < characters) text += ` ${pick(WORDS, chance)}`;
  return text.slice(0, characters).trimEnd();
}

/** Random letters and digits. */
export const signs = (count: number, chance: Chance): string =>
  Array.from({ length: count }, () => SIGNS[Math.floor(chance() * SIGNS.length)]).join("");

/** A whole number between two, both of them included. */
export const between = (least: number, most: number, chance: Chance): number =>
  least + Math.floor(chance() * (most - least + 1));
