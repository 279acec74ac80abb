import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import { Audience } from "#gen/skein/common/v1/visibility_pb.ts";
import {
  PostLikedSchema,
  PostPublishedSchema,
  PostQuotedSchema,
  PostSharedSchema,
  PostUnlikedSchema,
  PostUnsharedSchema,
} from "#gen/skein/content/v1/content_events_pb.ts";

/** Sliding windows are sums of steps of this length. */
export const STEP_MS = 5 * 60_000;

/** The step that a moment lies in. */
export const stepOf = (ms: number): number => ms - (ms % STEP_MS);

/** What was done, as tables name it. */
export const Done = { LIKED: 1, SHARED: 2, REPLIED: 3, QUOTED: 4 } as const;
export type Done = (typeof Done)[keyof typeof Done];

/** One thing that happened to a post: +1, or -1 where it was taken back. */
export interface Happened {
  readonly postId: string;
  readonly kind: Done;
  readonly amount: 1 | -1;
}

type Reading = (event: never) => Happened | undefined;
const reading = <E extends DescMessage>(
  schema: E,
  read: (event: MessageShape<E>) => Happened | undefined,
): [string, { schema: DescMessage; read: Reading }] => [schema.typeName, { schema, read: read as Reading }];

/** Who likes or shares their own does nobody else's thing. */
const byOthers = (happened: Happened, doer: string, authorId: string): Happened | undefined =>
  doer === authorId ? undefined : happened;

const readings = new Map([
  reading(PostLikedSchema, ({ postId, likerId, authorId }) =>
    byOthers({ postId, kind: Done.LIKED, amount: 1 }, likerId, authorId),
  ),
  reading(PostUnlikedSchema, ({ postId, likerId, authorId }) =>
    byOthers({ postId, kind: Done.LIKED, amount: -1 }, likerId, authorId),
  ),
  reading(PostSharedSchema, ({ postId, sharerId, authorId }) =>
    byOthers({ postId, kind: Done.SHARED, amount: 1 }, sharerId, authorId),
  ),
  reading(PostUnsharedSchema, ({ postId, sharerId, authorId }) =>
    byOthers({ postId, kind: Done.SHARED, amount: -1 }, sharerId, authorId),
  ),
  reading(PostQuotedSchema, ({ quotedPostId, authorId, quotedAuthorId }) =>
    byOthers({ postId: quotedPostId, kind: Done.QUOTED, amount: 1 }, authorId, quotedAuthorId),
  ),
  reading(PostPublishedSchema, ({ authorId, card }) =>
    card?.reply && isOpen(card.audience)
      ? byOthers({ postId: card.reply.parentId, kind: Done.REPLIED, amount: 1 }, authorId, card.reply.parentAuthorId)
      : undefined,
  ),
]);

/** Replies for a chosen few are counted nowhere: a counter would tell of them. */
const isOpen = (audience: Audience): boolean => audience === Audience.PUBLIC || audience === Audience.FOLLOWERS;

/** The events that say what happens to posts. */
export const engagementEvents = [...readings.values()].map(({ schema }) => schema);

/** What an event says happened to a post, if anything. */
export const happenedIn = (event: { readonly $typeName: string }): Happened | undefined =>
  readings.get(event.$typeName)?.read(event as never);
