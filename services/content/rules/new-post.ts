import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { Audience } from "#gen/skein/common/v1/visibility_pb.ts";
import type { NewMedia, NewPoll, NewPost } from "#gen/skein/content/v1/new_post_pb.ts";
import { type MediaRef, MediaRefSchema, type PollCardSchema } from "#gen/skein/content/v1/post_pb.ts";
import { meshFailure } from "#mesh/failure.ts";
import { failure } from "../failures.ts";
import { type Found, findFacets, handlesIn } from "./facets.ts";
import { isLonger } from "./graphemes.ts";
import { tidy, tidyLine } from "./text.ts";

/** How much one post may hold. */
export interface Limits {
  readonly maxGraphemes: number;
  readonly maxMentions: number;
}

/** A text that may be published, and what was found in it. */
export interface Written {
  readonly text: string;
  readonly found: readonly Found[];
  readonly handles: readonly string[];
}

/** Reads what an author wrote; refuses what is too long or names too many. */
export function readText(raw: string, { maxGraphemes, maxMentions }: Limits): Written {
  const text = tidy(raw);
  if (isLonger(text, maxGraphemes)) throw failure("TEXT_TOO_LONG", { facts: { most: String(maxGraphemes) } });
  const found = findFacets(text);
  const handles = handlesIn(found);
  if (handles.length > maxMentions) throw failure("TOO_MANY_MENTIONS", { facts: { most: String(maxMentions) } });
  return { text, found, handles };
}

/** Everything about a new post that can be checked without asking anybody. */
export function checkPost(post: NewPost, limits: Limits): Written {
  const written = readText(post.text, limits);
  if (written.text === "" && post.media.length === 0 && !post.poll) throw failure("EMPTY_POST");
  if (post.poll) optionsOf(post.poll);
  return written;
}

/** The attachments as the card names them. */
export const mediaOf = (media: readonly NewMedia[]): MediaRef[] =>
  media.map(({ mediaId, altText }) =>
    create(MediaRefSchema, { mediaId: mediaId.toLowerCase(), altText: tidy(altText) }),
  );

/** The question as the card asks it, from now on. */
export const pollOf = (poll: NewPoll, now: Date): MessageInitShape<typeof PollCardSchema> => ({
  options: optionsOf(poll),
  multiple: poll.multiple,
  endsAt: timestampFromMs(now.getTime() + Number(poll.openFor?.seconds ?? 0n) * 1000),
});

function optionsOf({ options }: NewPoll): string[] {
  const tidied = options.map(tidyLine);
  if (tidied.includes("") || new Set(tidied).size < tidied.length)
    throw meshFailure("INVALID_REQUEST", { fields: { "post.poll.options": "must be different, and not empty" } });
  return tidied;
}

/** Whom a post is for: as far as its author says, and no further than what it answers. */
export function audienceOf(asked: Audience, parent: Audience | undefined): Audience {
  const widest = parent || Audience.PUBLIC;
  if (asked === Audience.UNSPECIFIED) return widest;
  if (asked < widest) throw failure("AUDIENCE_TOO_WIDE"); // the contract numbers them from wide to narrow
  return asked;
}
