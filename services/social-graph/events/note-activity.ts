import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import {
  PollVotedSchema,
  PostLikedSchema,
  PostPublishedSchema,
  PostSharedSchema,
} from "#gen/skein/content/v1/content_events_pb.ts";
import {
  AccountBlockedSchema,
  AccountFollowedSchema,
  AccountMutedSchema,
  AccountUnfollowedSchema,
  FollowRequestedSchema,
  UnfollowReason,
} from "#gen/skein/graph/v1/graph_events_pb.ts";
import {
  AccountReactivatedSchema,
  AccountRegisteredSchema,
  ProfileUpdatedSchema,
} from "#gen/skein/identity/v1/identity_events_pb.ts";
import { consumer, leisurely, together } from "#mesh/consumer.ts";
import type { Deps } from "../deps.ts";
import { noteActive } from "../store/activity.ts";

interface Sign {
  readonly schema: DescMessage;
  /** Whose doing the event was. */
  readonly doer: (event: unknown) => string | undefined;
}

const sign = <E extends DescMessage>(schema: E, doer: (event: MessageShape<E>) => string | undefined): Sign => ({
  schema,
  doer: doer as Sign["doer"],
});

const signs: readonly Sign[] = [
  sign(AccountRegisteredSchema, ({ accountId }) => accountId),
  sign(AccountReactivatedSchema, ({ accountId }) => accountId),
  sign(ProfileUpdatedSchema, ({ accountId }) => accountId),
  sign(AccountFollowedSchema, ({ requested, followerId }) => (requested ? undefined : followerId)), // accepted by the other
  sign(FollowRequestedSchema, ({ followerId }) => followerId),
  sign(AccountUnfollowedSchema, ({ reason, followerId }) =>
    reason === UnfollowReason.UNFOLLOWED ? followerId : undefined,
  ),
  sign(AccountBlockedSchema, ({ blockerId }) => blockerId),
  sign(AccountMutedSchema, ({ muterId }) => muterId),
  sign(PostPublishedSchema, ({ authorId }) => authorId),
  sign(PostLikedSchema, ({ likerId }) => likerId),
  sign(PostSharedSchema, ({ sharerId }) => sharerId),
  sign(PollVotedSchema, ({ voterId }) => voterId),
];
const doers = new Map(signs.map(({ schema, doer }) => [schema.typeName, doer]));

/** Whoever does something was there. What happens to an account without its doing says nothing about it. */
export const noteActivity = leisurely(
  consumer<Deps>(
    "note-activity",
    together(
      signs.map(({ schema }) => schema),
      async (deliveries, tx) => {
        const last = new Map<string, Date>();
        for (const { event, at } of deliveries) {
          const doer = doers.get(event.$typeName)?.(event);
          if (doer && at > (last.get(doer) ?? new Date(0))) last.set(doer, at);
        }
        await noteActive(tx, last);
      },
    ),
  ),
);
