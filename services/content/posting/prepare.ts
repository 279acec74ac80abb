import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { Verdict } from "#gen/skein/common/v1/visibility_pb.ts";
import type { NewPost } from "#gen/skein/content/v1/new_post_pb.ts";
import { type PostCard, PostCardSchema } from "#gen/skein/content/v1/post_pb.ts";
import { Surface } from "#gen/skein/options/v1/options_pb.ts";
import type { Context } from "#mesh/context.ts";
import { mayQuote, mayReply } from "#mesh/judging/circle.ts";
import { decide } from "#mesh/visibility.ts";
import type { Deps } from "../deps.ts";
import { failure } from "../failures.ts";
import { meaningOf } from "../rules/facets.ts";
import { addressees } from "../rules/mentioned.ts";
import { audienceOf, checkPost, mediaOf, pollOf, type Written } from "../rules/new-post.ts";
import { tidyLine } from "../rules/text.ts";
import { accountsByHandle, isActive } from "../store/accounts.ts";
import { hydrate } from "../view/hydrate.ts";
import { isThere } from "../view/record.ts";
import { NOBODY, type Relations, relate, SELF } from "../view/relations.ts";
import { judge, type SeenPost } from "../view/visible.ts";

/** A post that may be published as it is. */
export interface Prepared {
  readonly authorId: string;
  readonly card: PostCard;
  readonly quoted: SeenPost | undefined;
  /** How the author stands to everybody the post is about. */
  readonly relations: Relations;
}

/** What a post answers and quotes, as its author sees it. */
interface Targets {
  readonly parent: SeenPost | undefined;
  readonly quoted: SeenPost | undefined;
  readonly accounts: ReadonlyMap<string, string>;
  readonly relations: Relations;
}

const NOTHING: Targets = {
  parent: undefined,
  quoted: undefined,
  accounts: new Map(),
  relations: () => SELF,
};

/**
 * Checks everything about a new post and makes its card. A plain text costs nothing but itself; mentions, a reply or a
 * quote cost two statements and one call. Without a caller, as for scheduled posts, the author must still be active.
 */
export async function prepare(
  deps: Deps,
  ctx: Context | undefined,
  authorId: string,
  post: NewPost,
): Promise<Prepared> {
  const now = ctx?.now ?? deps.clock.now();
  const written = checkPost(post, deps.config);
  if (!ctx && !(await isActive(deps.db.query, authorId))) throw failure("ACCOUNT_NOT_FOUND");
  const { parent, quoted, accounts, relations } = await lookUp(deps, authorId, post, written, now);
  if (parent && !mayReply(parent, authorId)) throw failure("REPLY_FORBIDDEN");
  if (quoted && !mayQuote(quoted, authorId)) throw failure("QUOTE_FORBIDDEN");
  const audience = audienceOf(post.audience, parent?.record.card.audience);
  const meaning = meaningOf(written.found, accounts, { mostTags: deps.config.maxHashtags });
  const card = create(PostCardSchema, {
    id: deps.ids.next(),
    authorId,
    text: written.text,
    ...meaning,
    mentionedIds: addressees(meaning.mentionedIds, { authorId, audience, parentAuthorId: parent?.record.authorId }),
    media: mediaOf(post.media),
    ...(parent && { reply: replyTo(parent) }),
    ...(quoted && { quoted: quoteOf(quoted, authorId) }),
    audience,
    language: post.language,
    contentWarning: tidyLine(post.contentWarning),
    ...(post.policy && { policy: post.policy }),
    ...(post.poll && { poll: pollOf(post.poll, now) }),
    createdAt: timestampFromDate(now),
    version: 1n,
  });
  return { authorId, card, quoted, relations };
}

async function lookUp(
  deps: Deps,
  authorId: string,
  { replyToId, quoteId }: NewPost,
  { handles }: Written,
  now: Date,
): Promise<Targets> {
  const ids = [replyToId, quoteId].filter((id) => id !== "").map((id) => id.toLowerCase());
  if (ids.length === 0 && handles.length === 0) return NOTHING;
  const [named, records] = await Promise.all([
    handles.length === 0 ? new Map<string, string>() : accountsByHandle(deps.db.query, handles),
    hydrate(deps.db, authorId, ids),
  ]);
  const authors = ids.map((id) => (isThere(records.get(id)) ? records.get(id)?.authorId : undefined) ?? NOBODY);
  const relations = await relate(deps, authorId, Surface.THREAD, [...named.values(), ...authors]);
  const seen = judge([...records.values()], relations, { viewerId: authorId, surface: Surface.THREAD, now });
  const target = (id: string) => {
    if (id === "") return undefined;
    const found = seen.posts.get(id.toLowerCase());
    if (found?.record.state !== "PUBLISHED") throw failure("POST_NOT_FOUND", { facts: { post_id: id } });
    return found;
  };
  const accounts = new Map([...named].filter(([, id]) => mayMention(relations, id)));
  return { parent: target(replyToId), quoted: target(quoteId), accounts, relations };
}

/** Who is out of reach, or does not want it, is not mentioned; nobody is told which. */
export function mayMention(relations: Relations, accountId: string): boolean {
  const subject = relations(accountId);
  return subject.mayMention && decide(Surface.THREAD, subject.facts).verdict !== Verdict.HIDE;
}

const replyTo = ({ record: { id, authorId, card } }: SeenPost) => ({
  rootId: card.reply?.rootId ?? id,
  parentId: id,
  parentAuthorId: authorId,
});

const quoteOf = ({ record: { id, authorId, card } }: SeenPost, quoter: string) => ({
  postId: id,
  authorId,
  needsApproval: authorId !== quoter && (card.policy?.quoteNeedsApproval ?? false),
});
