import {
  ContentFilterChangedSchema,
  InteractionPolicyChangedSchema,
  PostDeletedSchema,
  PostEditedSchema,
  PostUnsharedSchema,
} from "#gen/skein/content/v1/content_events_pb.ts";
import {
  AccountBlockedSchema,
  AccountMutedSchema,
  AccountUnfollowedSchema,
  FollowChangedSchema,
} from "#gen/skein/graph/v1/graph_events_pb.ts";
import { consumer, type Delivery, together } from "#mesh/consumer.ts";
import type { Deps } from "../deps.ts";

/** What live readers are woken for, and which consumer has to know it first. */
const posts = [PostEditedSchema, PostDeletedSchema, PostUnsharedSchema, InteractionPolicyChangedSchema];
const edges = [AccountBlockedSchema, AccountMutedSchema, AccountUnfollowedSchema, FollowChangedSchema];

/** Tells live readers that something they show has changed or is to go: not behind any delivery, however large. */
export const wakeReaders = consumer<Deps>("wake-readers", [
  ...together<(typeof posts)[number], Deps>(posts, async (deliveries, _tx, deps) => {
    await deps.feeds.applied("keep-posts", deliveries);
    await deps.homes.wakes.all("POSTS", [
      ...new Set(deliveries.flatMap(({ event }) => named(event, "postId", "shareId"))),
    ]);
  }),
  ...together<(typeof edges)[number], Deps>(edges, async (deliveries, _tx, deps) => {
    await deps.feeds.applied("keep-edges", deliveries);
    const both = deliveries.flatMap(({ event }) => named(event, "blockerId", "blockedId", "muterId", "followerId"));
    await deps.homes.wakes.viewers(new Set(both));
  }),
  ...together<typeof ContentFilterChangedSchema, Deps>([ContentFilterChangedSchema], async (deliveries, _tx, deps) => {
    await deps.feeds.applied("keep-wishes", deliveries);
    await deps.homes.wakes.viewers(new Set(deliveries.map(({ event }) => event.accountId)));
  }),
]);

/** The ids that an event has under these names. */
const named = (event: Delivery["event"], ...names: string[]): string[] =>
  names.flatMap((name) => {
    const id = (event as unknown as Record<string, unknown>)[name];
    return typeof id === "string" ? [id] : [];
  });
