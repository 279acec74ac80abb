import type { Job } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { foldDeltas } from "../store/counts.ts";
import { changeTiers } from "../store/fanout.ts";

/** Rows at once, so that no transaction is long. */
const BATCH = 5_000;

/** Takes what follows and unfollows have counted into the counters, and moves accounts that crossed the fan-out threshold. */
export const foldCounts: Job<Deps> = {
  name: "fold-counts",
  everyMs: 500,
  async run({ db, config, clock }, signal) {
    for (let full = true; full && !signal.aborted; ) {
      full = await db.commit(undefined, async (tx) => {
        const { taken, folded } = await foldDeltas(tx, BATCH);
        await changeTiers(tx, folded, config, clock.now());
        return taken === BATCH;
      });
    }
  },
};
