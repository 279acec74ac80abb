import { Relation_Standing, Verdict } from "#gen/skein/common/v1/visibility_pb.ts";
import { type Context, judged } from "#mesh/context.ts";
import { optionsOf } from "#mesh/contract.ts";
import { decide } from "#mesh/visibility.ts";
import type { Deps } from "../deps.ts";
import { failure } from "../failures.ts";

/** Stands in for an account that is not there, so that looking for it takes as long as for one that hides. */
export const NOBODY = "00000000-0000-0000-0000-000000000000";

/** Whom of some accounts a caller may see. */
export interface Seen {
  readonly ids: ReadonlySet<string>;
  /** Nobody could tell in time: none is shown but the caller. */
  readonly unknown: boolean;
}

/**
 * Which of these accounts the caller may see on the method's surface, by what the graph knows of the two; it is asked once
 * for a whole page, and by strangers not at all. Where an account stands identity knows better: that of whom it shows is
 * active, though the graph may not have heard of it yet.
 */
export async function visibleTo(
  { peers, log }: Pick<Deps, "peers" | "log">,
  ctx: Context,
  ids: readonly string[],
): Promise<Seen> {
  judged(ctx);
  const viewerId = ctx.actor?.accountId;
  const subjectIds = ids.filter((id) => id !== viewerId);
  if (viewerId === undefined || subjectIds.length === 0) return { ids: new Set(ids), unknown: false };
  const { surface } = optionsOf(ctx.method);
  try {
    const { subjects } = await peers.graph.batchCheckVisibility({ viewerId, surface, subjectIds });
    const shown = subjects
      .flatMap(({ relation }) => relation ?? [])
      .filter((facts) => decide(surface, { ...facts, standing: Relation_Standing.ACTIVE }).verdict !== Verdict.HIDE);
    return { ids: new Set([viewerId, ...shown.map(({ accountId }) => accountId)]), unknown: false };
  } catch (cause) {
    ctx.signal.throwIfAborted();
    log.warn({ request_id: ctx.requestId, cause }, "the graph does not say who may be seen");
    return { ids: new Set([viewerId]), unknown: true };
  }
}

/** For answers that would say something wrong if somebody were left out. */
export function certain({ ids, unknown }: Seen): ReadonlySet<string> {
  if (unknown) throw failure("VISIBILITY_UNKNOWN", { retryAfterMs: 1_000 });
  return ids;
}
