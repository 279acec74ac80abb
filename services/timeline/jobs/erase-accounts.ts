import type { Job } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { forgetHome } from "../hot/homes.ts";
import { endErasure, eraseSome, erasuresUnderWay } from "../store/erasure.ts";

const ACCOUNTS = 100;
const BATCH = 500;
/** So long after its end social-graph and content may still announce something that they had begun. */
const WATCH_MS = 60_000;
/** Whose events may bring rows of an erased account once more. */
const SOURCES = ["keep-posts", "count-reactions", "keep-wishes", "keep-edges", "deliver-posts", "step-engagement"];

/**
 * Erases accounts whose time has come, a bite per transaction. What was announced before may arrive after: an account is
 * looked after until everything of that time has been applied and nothing of it is left.
 */
export const eraseAccounts: Job<Deps> = {
  name: "erase-accounts",
  everyMs: 5_000,
  async run(deps, signal) {
    const { db, feeds, clock } = deps;
    const waiting = await erasuresUnderWay(db, ACCOUNTS);
    if (waiting.length === 0) return;
    // Looked at first: what is applied while we erase may be of an account that we are done with.
    const known = await Promise.all(SOURCES.map((name) => feeds.freshAsOf(name)));
    const applied = Math.min(...known.map((at) => at.getTime()));
    for (const { accountId, beganAt } of waiting) {
      for (let gone = BATCH; gone > 0; ) {
        if (signal.aborted) return;
        gone = await db.commit(undefined, (tx) => eraseSome(tx, accountId, BATCH, clock.now()));
      }
      const forgotten = await forgetHome(deps, accountId).then(
        () => true,
        () => false,
      );
      if (forgotten && applied > beganAt.getTime() + WATCH_MS)
        await db.commit(undefined, (tx) => endErasure(tx, accountId));
    }
  },
};
