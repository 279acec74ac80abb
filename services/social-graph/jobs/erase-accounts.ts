import type { Job } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { endErasure, eraseSome, erasuresUnderWay } from "../store/erasure.ts";

const ACCOUNTS = 200;
const BATCH = 1_000;
/** What was under way when an account was erased may bring a row of it once more: so long it is looked after. */
const WATCH_MS = 60_000;

/** Erases accounts whose time has come, a bite per transaction; one of which nothing is left after a while is done. */
export const eraseAccounts: Job<Deps> = {
  name: "erase-accounts",
  everyMs: 5_000,
  async run({ db, clock }, signal) {
    for (const { accountId, beganAt } of await erasuresUnderWay(db.query, ACCOUNTS)) {
      let gone = BATCH;
      while (gone > 0 && !signal.aborted) gone = await db.commit(undefined, (tx) => eraseSome(tx, accountId, BATCH));
      const over = clock.now().getTime() - beganAt.getTime() > WATCH_MS;
      if (over && !signal.aborted) await db.commit(undefined, (tx) => endErasure(tx, accountId));
    }
  },
};
