import { failure } from "../failures.ts";
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

/** The tag as somebody wrote it, for showing it back to them. */
export const writtenTag = (text: string): string => text.replace(/^[#＃]/u, "").normalize("NFC");

/** The folded tag of a request; what is none is refused. */
export function requireTag(text: string): string {
  const tag = foldTag(text);
  if (tag === undefined)
    throw failure("HASHTAG_INVALID", { fields: { tag: "has no letter, or characters that no hashtag has" } });
  return tag;
}
