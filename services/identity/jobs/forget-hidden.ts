import type { Job } from "#mesh/service.ts";
import { sql } from "#mesh/store/sql.ts";
import type { Deps } from "../deps.ts";
import type { ProfileRow } from "../store/accounts.ts";
import { forgetProfiles } from "../store/profiles.ts";

const MOST = 1_000;

type Hidden = Pick<ProfileRow, "id" | "version"> & { updated_at: string };

/**
 * Drops from the cache what was hidden while an entry may still be alive. Whoever hides an account does so at once; this
 * is for the moments when Redis took no note of it, or its memory was cleared between a load and what the load wrote.
 */
export const forgetHidden: Job<Deps> = {
  name: "forget-hidden",
  everyMs: 3_000,
  async run({ db, cache, clock, config }, signal) {
    const since = new Date(clock.now().getTime() - config.profileCache).toISOString();
    let [moment, id] = [since, "00000000-0000-0000-0000-000000000000"];
    for (let full = true; full && !signal.aborted; ) {
      const rows = await db.query<Hidden>(sql`select id, version, updated_at from account
        where state <> 'ACTIVE' and (updated_at, id) > (${moment}::timestamptz, ${id}::uuid)
        order by updated_at, id limit ${MOST}::int`);
      const last = rows.at(-1);
      if (!last || !(await forgetProfiles({ cache }, rows))) return; // Redis is away: the next round tries again
      [moment, id] = [last.updated_at, last.id];
      full = rows.length === MOST;
    }
  },
};
