import type { Job } from "#mesh/service.ts";
import { sql } from "#mesh/store/sql.ts";
import type { Deps } from "../deps.ts";

/** Rows at once, so that nobody waits long for a lock. */
const BATCH = 5_000;

/** Deletes dismissals that have had their time; suggestions heed none of them any more. */
export const sweepDismissed: Job<Deps> = {
  name: "sweep-dismissed",
  everyMs: 3_600_000,
  async run({ db, config, clock }, signal) {
    const over = new Date(clock.now().getTime() - config.dismissedFor);
    for (let full = true; full && !signal.aborted; ) {
      const rows = await db.query(sql`delete from dismissed_suggestion where (account_id, dismissed_id) in
        (select account_id, dismissed_id from dismissed_suggestion where dismissed_at <= ${over}
          order by dismissed_at limit ${BATCH}::int) returning 1`);
      full = rows.length === BATCH;
    }
  },
};
