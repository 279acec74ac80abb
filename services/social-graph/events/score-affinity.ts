import { type Timestamp, timestampDate } from "@bufbuild/protobuf/wkt";
import {
  AccountMentionedSchema,
  PostLikedSchema,
  PostQuotedSchema,
  PostSharedSchema,
  PostUnlikedSchema,
  PostUnsharedSchema,
  ReplyCreatedSchema,
} from "#gen/skein/content/v1/content_events_pb.ts";
import { AccountBlockedSchema, AccountUnfollowedSchema, UnfollowReason } from "#gen/skein/graph/v1/graph_events_pb.ts";
import { consumer, type Delivery, on } from "#mesh/consumer.ts";
import type { Deps } from "../deps.ts";
import type { Interaction } from "../rules/affinity.ts";
import { addContact, forgetContacts, removeContact } from "../store/affinity.ts";

type Heard = Pick<Delivery, "tx" | "at">;

/**
 * What somebody does about another's posts brings them nearer; who unfollows or blocks wants that forgotten. Follows
 * themselves are no part of it: they are read where they are kept, and so hold at once.
 */
export const scoreAffinity = consumer<Deps>("score-affinity", [
  on(PostLikedSchema, (heard, deps) =>
    nearer(heard, deps, "likes", heard.event.likerId, heard.event.authorId, heard.event.likedAt),
  ),
  on(PostUnlikedSchema, (heard) => further(heard, "likes", heard.event.likerId, heard.event.authorId)),
  on(PostSharedSchema, (heard, deps) =>
    nearer(heard, deps, "shares", heard.event.sharerId, heard.event.authorId, heard.event.sharedAt),
  ),
  on(PostUnsharedSchema, (heard) => further(heard, "shares", heard.event.sharerId, heard.event.authorId)),
  on(PostQuotedSchema, (heard, deps) =>
    nearer(heard, deps, "shares", heard.event.authorId, heard.event.quotedAuthorId, heard.event.createdAt),
  ),
  on(ReplyCreatedSchema, (heard, deps) =>
    nearer(
      heard,
      deps,
      "replies",
      heard.event.authorId,
      heard.event.reply?.parentAuthorId ?? "",
      heard.event.createdAt,
    ),
  ),
  on(AccountMentionedSchema, (heard, deps) =>
    nearer(heard, deps, "mentions", heard.event.authorId, heard.event.accountId, heard.event.createdAt),
  ),
  on(AccountUnfollowedSchema, async ({ tx, event: { followerId, followeeId, reason } }) => {
    if (reason === UnfollowReason.UNFOLLOWED) await forgetContacts(tx, followerId, followeeId);
  }),
  on(AccountBlockedSchema, async ({ tx, event: { blockerId, blockedId } }) => {
    await forgetContacts(tx, blockerId, blockedId);
    await forgetContacts(tx, blockedId, blockerId);
  }),
]);

async function nearer(
  { tx, at }: Heard,
  { config }: Deps,
  what: Interaction,
  viewerId: string,
  authorId: string,
  moment: Timestamp | undefined,
): Promise<void> {
  if (viewerId === authorId || authorId === "") return; // whoever likes their own posts comes no nearer to themselves
  await addContact(tx, { viewerId, authorId, what, at: moment ? timestampDate(moment) : at }, config.affinityHalfLife);
}

async function further({ tx, at }: Heard, what: Interaction, viewerId: string, authorId: string): Promise<void> {
  if (viewerId !== authorId) await removeContact(tx, { viewerId, authorId, what, at });
}
