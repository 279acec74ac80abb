import { foldTag, TAG_CHARACTERS } from "#mesh/judging/hashtag.ts";
import { failure } from "../failures.ts";

export { foldTag, TAG_CHARACTERS };

/** The tag as somebody wrote it, for showing it back to them. */
export const writtenTag = (text: string): string => text.replace(/^[#＃]/u, "").normalize("NFC");

/** The folded tag of a request; what is none is refused. */
export function requireTag(text: string): string {
  const tag = foldTag(text);
  if (tag === undefined)
    throw failure("HASHTAG_INVALID", { fields: { tag: "has no letter, or characters that no hashtag has" } });
  return tag;
}
