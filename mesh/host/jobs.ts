import type { Logger } from "pino";
import type { Lent } from "../lent.ts";
import type { Job } from "../service.ts";
import type { Db } from "../store/database.ts";
import { sql } from "../store/sql.ts";

/** Shorter than any replica's patience: a holder that died loses its job after this long. */
const LEASE_S = 60;
const LOOK_MS = 1_000;

/** The jobs of one service, going on by themselves. */
export interface Runner extends AsyncDisposable {
  /** Runs a job now if nobody else does; for tests and operators. */
  run(name: string): Promise<boolean>;
}

/** Runs a service's jobs when they are due, each by one replica at a time under a lease in the database. */
export async function startJobs<Deps>(
  jobs: readonly Job<Deps>[],
  deps: Deps,
  { db, lent, log }: { db: Db; lent: Lent; log: Logger },
): Promise<Runner> {
  const holder = lent.ids.next();
  const stop = new AbortController();
  const working = new Set<Promise<unknown>>();
  for (const { name } of jobs) await db.query(sql`insert into job (name) values (${name}) on conflict do nothing`);

  async function attempt({ name, everyMs, run }: Job<Deps>, early: boolean): Promise<boolean> {
    const [taken] =
      await db.query(sql`update job set holder = ${holder}, held_until = now() + make_interval(secs => ${LEASE_S})
      where name = ${name} and (due_at <= now() or ${early}) and (held_until is null or held_until < now()) returning 1`);
    if (!taken) return false;
    const began = lent.clock.now().getTime();
    using _renewal = lent.timers.every((LEASE_S * 1000) / 3, () => {
      db.query(
        sql`update job set held_until = now() + make_interval(secs => ${LEASE_S}) where name = ${name} and holder = ${holder}`,
      ).catch((error) => log.warn({ job: name, cause: error }, "lease not renewed"));
    });
    let failure: string | null = null;
    try {
      await run(deps, stop.signal);
    } catch (error) {
      failure = String(error);
      log.error({ job: name, cause: error }, "job failed");
    }
    const took = lent.clock.now().getTime() - began;
    await db.query(sql`update job set due_at = now() + make_interval(secs => ${everyMs / 1000}), held_until = null, holder = null,
      ran_at = now(), took_ms = ${took}, failure = ${failure} where name = ${name} and holder = ${holder}`);
    return true;
  }

  const look = async () => {
    for (const job of jobs) if (!stop.signal.aborted) await attempt(job, false);
  };
  let looking = false;
  const timer = lent.timers.every(LOOK_MS, () => {
    if (looking) return;
    looking = true;
    const round = look()
      .catch((error) => log.warn({ cause: error }, "jobs not looked at"))
      .finally(() => {
        looking = false;
        working.delete(round);
      });
    working.add(round);
  });
  return {
    async run(name) {
      const job = jobs.find((one) => one.name === name);
      if (!job) throw new Error(`no job ${name}`);
      return attempt(job, true);
    },
    async [Symbol.asyncDispose]() {
      timer[Symbol.dispose]();
      stop.abort();
      await Promise.allSettled(working);
    },
  };
}
