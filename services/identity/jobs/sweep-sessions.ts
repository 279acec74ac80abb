import type { Job } from "#mesh/service.ts";
import { type Sql, sql } from "#mesh/store/sql.ts";
import type { Deps } from "../deps.ts";
import { afterlife } from "../store/revoke.ts";

/** Rows at once, so that nobody waits long for a lock. */
const BATCH = 5_000;

/** Deletes sessions and revocations that no living token can concern any more. Revoked sessions have expired by that. */
export const sweepSessions: Job<Deps> = {
  name: "sweep-sessions",
  everyMs: 3_600_000,
  async run({ db, config, clock }, signal) {
    const now = clock.now();
    const dead = new Date(now.getTime() - afterlife(config.accessTtl));
    const sweep = async (statement: Sql) => {
      while (!signal.aborted && (await db.query(statement)).length === BATCH);
    };
    await sweep(sql`delete from session where id in
      (select id from session where expires_at < ${dead} order by expires_at limit ${BATCH}::int) returning 1`);
    await sweep(sql`delete from revocation where seq in
      (select seq from revocation where expires_at < ${now} order by seq limit ${BATCH}::int) returning 1`);
  },
};
