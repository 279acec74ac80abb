import { foldCase } from "./fold-text.ts";

/** The characters of a hashtag, for a character class: letters with their marks, digits, the low line, and what joins letters. */
export const TAG_CHARACTERS = "\\p{L}\\p{M}\\p{N}_\\u00b7\\u200c\\u200d";

const MOST_CHARACTERS = 100;
const TAG = new RegExp(`^(?=.*\\p{L})[\\p{L}\\p{N}_][${TAG_CHARACTERS}]*$`, "u");

/** A hashtag as it is compared and kept, with or without # in front; undefined for what is none: digits alone, say. */
export function foldTag(text: string): string | undefined {
  const bare = text.replace(/^[#＃]/u, "");
  if (!TAG.test(bare)) return undefined;
  const folded = foldCase(bare);
  return folded.length <= MOST_CHARACTERS && TAG.test(folded) ? folded : undefined;
}
