import type { Job } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { takeExpiredMutes } from "../store/mutes.ts";

const BATCH = 500;

/** Removes mutes that have expired and announces it. They have no effect any more anyway: this tells those who keep copies. */
export const expireMutes: Job<Deps> = {
  name: "expire-mutes",
  everyMs: 5_000,
  async run({ db, clock }, signal) {
    for (let taken = BATCH; taken === BATCH && !signal.aborted; )
      taken = await db.commit(undefined, (tx) => takeExpiredMutes(tx, clock.now(), BATCH));
  },
};
