import type { MessageShape } from "@bufbuild/protobuf";
import { timestampDate } from "@bufbuild/protobuf/wkt";
import {
  InteractionPolicyChangedSchema,
  InteractionResolvedSchema,
  PostDeletedSchema,
  PostEditedSchema,
  PostPublishedSchema,
  PostSharedSchema,
  PostUndeletedSchema,
  PostUnsharedSchema,
  QuoteDetachedSchema,
} from "#gen/skein/content/v1/content_events_pb.ts";
import type { Delivery } from "#mesh/consumer.ts";
import type { Changes } from "../store/apply-posts.ts";
import type { ConsentChange } from "../store/consents.ts";
import type { PostChange } from "../store/keep-posts.ts";
import type { ShareChange } from "../store/shares.ts";

/** What content announces about posts, shares and what quoted authors say. */
export const POST_EVENTS = [
  PostPublishedSchema,
  PostEditedSchema,
  PostUndeletedSchema,
  InteractionPolicyChangedSchema,
  PostDeletedSchema,
  PostSharedSchema,
  PostUnsharedSchema,
  InteractionResolvedSchema,
  QuoteDetachedSchema,
] as const;

export type PostEvent = Delivery<(typeof POST_EVENTS)[number]>;
type Event = MessageShape<(typeof POST_EVENTS)[number]>;

/** The last word on each post, share and quote. Events of one log are in order, and of each thing only one log speaks. */
export function changesIn(deliveries: readonly PostEvent[]): Changes {
  const posts = new Map<string, PostChange>();
  const passed: (string | undefined)[] = [];
  const shares = new Map<string, ShareChange>();
  const consents = new Map<string, ConsentChange>();
  for (const { event, partition: shard, at } of deliveries) {
    const [kind, change] = changeIn(event, shard, at);
    if (kind === "share") shares.set(change.shareId, change);
    else if (kind === "consent") {
      if (consents.has(change.postId)) passed.push(change.quotedId);
      consents.set(change.postId, change);
    } else {
      const before = posts.get(change.postId);
      if (before) for (const { card } of [before, change]) passed.push(card?.reply?.parentId, card?.quoted?.postId);
      if (change.version > (before?.version ?? -1n)) posts.set(change.postId, change);
    }
  }
  return {
    ...{ posts: [...posts.values()], shares: [...shares.values()], consents: [...consents.values()] },
    passed: [...new Set(passed)].flatMap((id) => id || []),
  };
}

type Change = ["post", PostChange] | ["share", ShareChange] | ["consent", ConsentChange];

function changeIn(event: Event, shard: number, at: Date): Change {
  switch (event.$typeName) {
    case "skein.content.v1.PostShared": {
      const { shareId, sharerId, postId, authorId, sharedAt } = event;
      return ["share", { shareId, sharerId, postId, authorId, shard, at: sharedAt ? timestampDate(sharedAt) : at }];
    }
    case "skein.content.v1.PostUnshared": {
      const { shareId, sharerId, postId, authorId } = event;
      return ["share", { shareId, sharerId, postId, authorId, shard }];
    }
    case "skein.content.v1.InteractionResolved":
    case "skein.content.v1.QuoteDetached": {
      const { postId, quotedAuthorId, quotedPostId: quotedId } = event;
      const approved = event.$typeName === "skein.content.v1.InteractionResolved" && event.approved;
      return ["consent", { postId, quotedAuthorId, quotedId, shard, approved }];
    }
    case "skein.content.v1.PostDeleted": {
      const { postId, authorId, version, deletedAt } = event;
      return ["post", { postId, authorId, shard, version, at: deletedAt ? timestampDate(deletedAt) : at }];
    }
    default: {
      const { postId, authorId, card } = event;
      return ["post", { postId, authorId, shard, version: card?.version ?? 0n, at, card }];
    }
  }
}
