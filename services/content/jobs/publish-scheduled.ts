import type { Job } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { prepare } from "../posting/prepare.ts";
import { formerPost, publish } from "../posting/publish.ts";
import { finalReason, hindrance } from "../rules/schedule.ts";
import { newPostIn } from "../store/drafts.ts";
import { type DuePost, noteOutcomes, type Outcome, takeDuePosts } from "../store/scheduled.ts";

const AT_ONCE = 5;
/** Much longer than publishing takes: whoever has not noted the outcome by then has died. */
const HOLD_MS = 30_000;
const PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 60_000;

/**
 * Publishes what is due, once: each under a key of its own, so that whoever dies between publishing and noting it leaves
 * nothing that the next round could do twice. What can be published no more is noted with the reason.
 */
export const publishScheduled: Job<Deps> = {
  name: "publish-scheduled",
  everyMs: 2_000,
  async run(deps, signal) {
    for (;;) {
      signal.throwIfAborted();
      const due = await takeDuePosts(deps.db.query, { now: deps.clock.now(), holdMs: HOLD_MS, most: AT_ONCE });
      if (due.length === 0) return;
      await noteOutcomes(deps.db.query, await Promise.all(due.map((one) => attempt(deps, one))));
    }
  },
};

async function attempt(deps: Deps, { id, accountId, content, account, attempts, dueAt }: DuePost): Promise<Outcome> {
  const key = { requestKey: `scheduled:${id}` };
  try {
    // A former attempt may have got as far as this; what stands in the way now did not then.
    const former = attempts > 1 ? await formerPost(deps, accountId, key) : undefined;
    if (former) return { id, accountId, postId: former };
    if (account === undefined) throw new Error(`nothing is known about ${accountId}`);
    const reason = hindrance(account);
    if (reason) return { id, accountId, reason };
    const prepared = await prepare(deps, undefined, accountId, newPostIn(content));
    const { postId } = await publish(deps, undefined, prepared, key);
    return { id, accountId, postId };
  } catch (error) {
    const now = deps.clock.now().getTime();
    const reason = finalReason(error, { attempts, lateMs: now - dueAt.getTime() });
    deps.log.warn({ scheduled: id, attempts, reason, cause: error }, "scheduled post not published");
    return { id, accountId, ...(reason ? { reason } : { again: new Date(now + pauseMs(attempts)) }) };
  }
}

const pauseMs = (attempts: number): number => Math.min(LONGEST_PAUSE_MS, attempts * PAUSE_MS);
