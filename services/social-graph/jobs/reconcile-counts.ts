import type { Job } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { changeTiers } from "../store/fanout.ts";
import { longestUnreconciled, repairDrift } from "../store/reconcile.ts";

/** Accounts at once. */
const BATCH = 50;
const DAY_MS = 86_400_000;

/**
 * Recounts every account once a day, those longest ago first. Nothing should ever drift: what did is repaired and logged,
 * for it has a cause. An account that stands still is moved here if an operator has moved the fan-out threshold.
 */
export const reconcileCounts: Job<Deps> = {
  name: "reconcile-counts",
  everyMs: 60_000,
  async run({ db, config, clock, log }, signal) {
    const due = new Date(clock.now().getTime() - DAY_MS);
    for (let full = true; full && !signal.aborted; ) {
      const counters = await longestUnreconciled(db.query, due, BATCH);
      if (counters.length === 0) return;
      const ids = counters.map(({ account_id }) => account_id);
      const drifts = await db.commit(undefined, async (tx) => {
        const found = await repairDrift(tx, ids, clock.now());
        await changeTiers(tx, counters, config, clock.now());
        return found;
      });
      for (const drift of drifts) log.warn(drift, "counters had drifted");
      full = counters.length === BATCH;
    }
  },
};
