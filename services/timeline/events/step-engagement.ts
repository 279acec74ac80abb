import { Audience } from "#gen/skein/common/v1/visibility_pb.ts";
import { type PostPublished, PostPublishedSchema } from "#gen/skein/content/v1/content_events_pb.ts";
import { consumer, leisurely, together } from "#mesh/consumer.ts";
import type { Deps } from "../deps.ts";
import { engagementEvents, happenedIn, stepOf } from "../rules/engagement-steps.ts";
import { addSteps, addTagSteps } from "../store/windows.ts";

/**
 * What happens to posts and tags, added up in steps: a window is a sum of them, exact because a step moves in the
 * transaction that moves the position. A step is that of the log's own time, so that it is the same at every attempt.
 */
export const stepEngagement = leisurely(
  consumer<Deps>(
    "step-engagement",
    together(engagementEvents, async (deliveries, tx) => {
      const happened = deliveries.flatMap(({ event, at }) => {
        const one = happenedIn(event);
        return one ? [{ ...one, stepMs: stepOf(at.getTime()) }] : [];
      });
      const tagged = deliveries.flatMap(({ event, at }) =>
        tagsIn(event).map((tag) => ({
          tag,
          authorId: (event as PostPublished).authorId,
          stepMs: stepOf(at.getTime()),
        })),
      );
      await addSteps(tx, happened);
      await addTagSteps(tx, tagged);
    }),
  ),
);

/** Tags of what everybody may read. */
function tagsIn(event: { readonly $typeName: string }): readonly string[] {
  if (event.$typeName !== PostPublishedSchema.typeName) return [];
  const { card } = event as PostPublished;
  return card?.audience === Audience.PUBLIC ? card.hashtags : [];
}
