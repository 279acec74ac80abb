import {
  AccountMentionedSchema,
  InteractionRequestedSchema,
  PostPublishedSchema,
  PostQuotedSchema,
  ReplyCreatedSchema,
} from "#gen/skein/content/v1/content_events_pb.ts";
import type { PostCard } from "#gen/skein/content/v1/post_pb.ts";
import { type Entry, event } from "#mesh/store/log.ts";
import { mayRead } from "../rules/mentioned.ts";
import type { Prepared } from "./prepare.ts";

/** What a new post has to tell, all of it from its author's partition. */
export function announcements({ card, relations }: Pick<Prepared, "card" | "relations">): Entry[] {
  const { id: postId, authorId, createdAt, reply, quoted } = card;
  const entries = [event(PostPublishedSchema, { authorId, postId, card })];
  if (reply) entries.push(event(ReplyCreatedSchema, { authorId, postId, reply, ...at(createdAt) }));
  if (quoted) {
    const named = { authorId, postId, quotedPostId: quoted.postId, quotedAuthorId: quoted.authorId };
    entries.push(
      quoted.needsApproval
        ? event(InteractionRequestedSchema, { ...named, ...(createdAt && { requestedAt: createdAt }) })
        : event(PostQuotedSchema, { ...named, ...at(createdAt) }),
    );
  }
  for (const accountId of mayRead(card, relations))
    entries.push(event(AccountMentionedSchema, { authorId, postId, accountId, ...at(createdAt) }));
  return entries;
}

const at = (createdAt: PostCard["createdAt"]) => (createdAt ? { createdAt } : {});
