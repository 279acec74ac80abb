import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { Audience } from "#gen/skein/common/v1/visibility_pb.ts";
import { type PostCard, PostCardSchema } from "#gen/skein/content/v1/post_pb.ts";
import { meaningOf } from "../rules/facets.ts";
import { readText } from "../rules/new-post.ts";

/** A post that is to be there as if its author had written it back then. */
export interface SeedPost {
  readonly id: string;
  readonly authorId: string;
  readonly createdAt: Date;
  readonly text: string;
  /** BCP 47. */
  readonly language: string;
  readonly audience?: Audience;
  readonly contentWarning?: string;
  readonly reply?: { readonly rootId: string; readonly parentId: string; readonly parentAuthorId: string };
  readonly quoted?: { readonly postId: string; readonly authorId: string };
  readonly poll?: { readonly options: readonly string[]; readonly multiple: boolean; readonly endsAt: Date };
}

/** What a service takes from a text; its own rules for how much that may be. */
export interface SeedLimits {
  readonly maxGraphemes: number;
  readonly maxMentions: number;
  readonly maxHashtags: number;
}

/** The card of a post, read by the rules that hold for every post; `accounts` are those that may be mentioned, by handle. */
export function cardOf(post: SeedPost, accounts: ReadonlyMap<string, string>, limits: SeedLimits): PostCard {
  const { id, authorId, language, reply, quoted, poll, contentWarning = "", audience = Audience.PUBLIC } = post;
  const { text, found } = readText(post.text, limits);
  return create(PostCardSchema, {
    ...{ id, authorId, text, language, contentWarning, audience, version: 1n },
    ...meaningOf(found, accounts, { mostTags: limits.maxHashtags }),
    createdAt: timestampFromDate(post.createdAt),
    ...(reply && { reply }),
    ...(quoted && { quoted: { ...quoted, needsApproval: false } }),
    ...(poll && { poll: { ...poll, options: [...poll.options], endsAt: timestampFromDate(poll.endsAt) } }),
  });
}
