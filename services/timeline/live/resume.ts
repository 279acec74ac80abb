import { TimelineService } from "#gen/skein/timeline/v1/timeline_service_pb.ts";
import type { Deps } from "../deps.ts";
import type { Item } from "../view/hydrate.ts";
import type { Held } from "./difference.ts";
import { FOLLOWED, type Known, packResumption, type Resumption, unpackResumption } from "./known.ts";
import { stampOf } from "./stamp.ts";

const method = TimelineService.method.streamHomeTimeline;

/** An item as a live client has it. */
export const knownOf = (item: Item): Known => ({
  itemId: item.entry.id,
  postId: item.entry.postId,
  stamp: stampOf(item),
});

/** What a client has that was shown these, newest first; `end`: there is nothing else. */
export const heldOf = (items: readonly Item[], end: boolean): Held => ({
  known: items.slice(0, FOLLOWED).map(knownOf),
  whole: end && items.length <= FOLLOWED,
});

/** The token with which a client goes on from what it has. */
export const resumeTokenOf = ({ cursors, clock }: Pick<Deps, "cursors" | "clock">, held: Held): string =>
  cursors.wrap(method, packResumption({ givenMs: clock.now().getTime(), ...held }));

/** What a token says; one that is not ours is refused. */
export function resumptionIn({ cursors }: Pick<Deps, "cursors">, token: string): Resumption | undefined {
  return unpackResumption(cursors.unwrap(method, token));
}
