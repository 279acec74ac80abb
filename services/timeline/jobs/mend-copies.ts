import type { Job } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { mendCopies as mend } from "../hot/mend-copies.ts";

const BATCH = 500;

/** Mends copies in Redis that could not be written with what they are copies of, as soon as Redis is back. */
export const mendCopies: Job<Deps> = {
  name: "mend-copies",
  everyMs: 500,
  async run(deps, signal) {
    while (!signal.aborted && (await mend(deps, BATCH)) === BATCH);
  },
};
