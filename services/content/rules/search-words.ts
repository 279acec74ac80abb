import { foldText } from "#mesh/judging/fold-text.ts";
import { UNSPACED } from "#mesh/judging/unspaced.ts";

/** The longest word that is told from others with the same beginning. */
const LONGEST = 64;
/** The last place that PostgreSQL notes in a tsvector. */
const LAST_PLACE = 16_383;

const WORD = /[\p{L}\p{M}\p{N}_]+|\p{Extended_Pictographic}/gu;
const RUN = new RegExp(`(?:[${UNSPACED}]\\p{M}*)+|[^${UNSPACED}]+`, "gu");
const SIGN = new RegExp(`[${UNSPACED}]\\p{M}*`, "gu");
const UNSPACED_START = new RegExp(`^[${UNSPACED}]`, "u");

/**
 * The words of a text in their order, as they are searched for: folded, and emoji each for itself. Where no spaces tell
 * words apart, every two neighbouring signs are one, so that any part of such a text is a sequence of them.
 */
export function wordsOf(text: string): string[] {
  const found = foldText(text).match(WORD) ?? [];
  return found.flatMap((word) => (word.match(RUN) ?? []).flatMap((run) => wordsOfRun(run)));
}

function wordsOfRun(run: string): string[] {
  if (!UNSPACED_START.test(run)) return [run.length > LONGEST ? [...run].slice(0, LONGEST).join("") : run];
  const signs = signsOf(run);
  return signs.length === 1 ? signs : signs.slice(1).map((sign, before) => `${signs[before]}${sign}`);
}

const signsOf = (text: string): string[] => text.match(SIGN) ?? [];

/** Whether a word has other forms: those with letters of scripts that put spaces between words. */
export const inflects = (word: string): boolean => /\p{L}{2}/u.test(word) && !UNSPACED_START.test(word);

/**
 * What a text of several parts becomes in the index: a tsvector with the place of every word, and one place left free
 * between parts, so that no phrase reaches from one into the next. Words hold nothing that would have to be quoted.
 */
export function vectorOf(parts: readonly string[]): { vector: string; words: ReadonlySet<string> } {
  const places = new Map<string, number[]>();
  let place = 0;
  for (const part of parts) {
    place++;
    for (const word of wordsOf(part)) {
      const known = places.get(word);
      if (known) known.push(Math.min(place, LAST_PLACE));
      else places.set(word, [Math.min(place, LAST_PLACE)]);
      place++;
    }
  }
  // Single signs are looked for, too; where they stand does not matter.
  const signs = new Set([...places.keys()].filter((word) => UNSPACED_START.test(word)).flatMap(signsOf));
  const placed = [...places].map(([word, at]) => `'${word}':${at.slice(0, 255).join(",")}`);
  const bare = [...signs].filter((sign) => !places.has(sign)).map((sign) => `'${sign}'`);
  return { vector: [...placed, ...bare].join(" "), words: new Set(places.keys()) };
}
