import type { MessageShape } from "@bufbuild/protobuf";
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
import { consumer, type Delivery, leisurely, on, together } from "#mesh/consumer.ts";
import type { Deps } from "../deps.ts";
import type { Interaction } from "../rules/affinity.ts";
import { type Contact, countContacts } from "../rules/contacts.ts";
import { addContacts, forgetContacts, removeContact } from "../store/affinity.ts";

const DEEDS = [
  PostLikedSchema,
  PostSharedSchema,
  PostQuotedSchema,
  ReplyCreatedSchema,
  AccountMentionedSchema,
] as const;
type Deed = MessageShape<(typeof DEEDS)[number]>;

/**
 * What somebody does about another's posts brings them nearer; who unfollows or blocks wants that forgotten. Follows
 * themselves are no part of it: they are read where they are kept, and so hold at once.
 */
export const scoreAffinity = leisurely(
  consumer<Deps>("score-affinity", [
    ...together<(typeof DEEDS)[number], Deps>(DEEDS, async (deliveries, tx, { config }) => {
      // Whoever likes their own posts comes no nearer to themselves.
      const contacts = deliveries
        .map(contactIn)
        .filter(({ viewerId, authorId }) => authorId !== "" && viewerId !== authorId);
      await addContacts(tx, countContacts(contacts, config.affinityHalfLife), config.affinityHalfLife);
    }),
    on(PostUnlikedSchema, (heard) => further(heard, "likes", heard.event.likerId, heard.event.authorId)),
    on(PostUnsharedSchema, (heard) => further(heard, "shares", heard.event.sharerId, heard.event.authorId)),
    on(AccountUnfollowedSchema, async ({ tx, event: { followerId, followeeId, reason } }) => {
      if (reason === UnfollowReason.UNFOLLOWED) await forgetContacts(tx, followerId, followeeId);
    }),
    on(AccountBlockedSchema, async ({ tx, event: { blockerId, blockedId } }) => {
      await forgetContacts(tx, blockerId, blockedId);
      await forgetContacts(tx, blockedId, blockerId);
    }),
  ]),
);

function contactIn({ event, at: said }: { readonly event: Deed; readonly at: Date }): Contact {
  const contact = (what: Interaction, viewerId: string, authorId: string, moment: Timestamp | undefined): Contact => ({
    ...{ what, viewerId, authorId, at: moment ? timestampDate(moment) : said },
  });
  switch (event.$typeName) {
    case "skein.content.v1.PostLiked":
      return contact("likes", event.likerId, event.authorId, event.likedAt);
    case "skein.content.v1.PostShared":
      return contact("shares", event.sharerId, event.authorId, event.sharedAt);
    case "skein.content.v1.PostQuoted":
      return contact("shares", event.authorId, event.quotedAuthorId, event.createdAt);
    case "skein.content.v1.ReplyCreated":
      return contact("replies", event.authorId, event.reply?.parentAuthorId ?? "", event.createdAt);
    case "skein.content.v1.AccountMentioned":
      return contact("mentions", event.authorId, event.accountId, event.createdAt);
  }
}

async function further(
  { tx, at }: Pick<Delivery, "tx" | "at">,
  what: Interaction,
  viewerId: string,
  authorId: string,
): Promise<void> {
  if (viewerId !== authorId) await removeContact(tx, { viewerId, authorId, what, at });
}
