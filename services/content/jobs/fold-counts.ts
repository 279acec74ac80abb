import type { Job } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { foldDeltas } from "../store/counts.ts";

const BATCH = 5_000;

/** Moves what was counted since the last round into the counters. Nobody's reading depends on when it does. */
export const foldCounts: Job<Deps> = {
  name: "fold-counts",
  everyMs: 500,
  async run({ db }, signal) {
    while (!signal.aborted && (await foldDeltas(db.query, BATCH)) === BATCH);
  },
};
