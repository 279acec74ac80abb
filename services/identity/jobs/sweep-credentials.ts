import type { Job } from "#mesh/service.ts";
import { sql } from "#mesh/store/sql.ts";
import type { Deps } from "../deps.ts";

const HOUR_MS = 3_600_000;
const WEEK_MS = 7 * 24 * HOUR_MS;
const MONTH_MS = 30 * 24 * HOUR_MS;

/** Deletes what nobody can use any more: sent mails after a week, with spent tokens; given-up mails and dead app tokens after a month. */
export const sweepCredentials: Job<Deps> = {
  name: "sweep-credentials",
  everyMs: HOUR_MS,
  async run({ db, clock }) {
    const time = clock.now().getTime();
    const week = new Date(time - WEEK_MS);
    const month = new Date(time - MONTH_MS);
    await db.query(sql`delete from mail where sent_at < ${week}
      or (sent_at is null and due_at = 'infinity' and created_at < ${month})`);
    await db.query(sql`delete from one_time_token where least(used_at, expires_at) < ${week}`);
    await db.query(sql`delete from app_token where least(revoked_at, expires_at) < ${month}`);
  },
};
