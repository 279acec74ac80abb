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
  const stop = new AbortController();
  const working = new Map<string, Promise<unknown>>();
  for (const { name } of jobs) await db.query(sql`insert into job (name) values (${name}) on conflict do nothing`);

  async function attempt({ name, everyMs, run }: Job<Deps>, early: boolean): Promise<boolean> {
    const holder = lent.ids.next();
    const [taken] =
      await db.query(sql`update job set holder = ${holder}, held_until = now() + make_interval(secs => ${LEASE_S})
      where name = ${name} and (due_at <= now() or ${early}) and (held_until is null or held_until < now()) returning 1`);
    if (!taken) return false;
    const began = lent.clock.now().getTime();
    const lost = new AbortController();
    const renew = async () => {
      const [kept] = await db.query(
        sql`update job set held_until = now() + make_interval(secs => ${LEASE_S}) where name = ${name} and holder = ${holder} returning 1`,
      );
      if (!kept) lost.abort(new Error("another replica has taken the job over"));
    };
    using _renewal = lent.timers.every((LEASE_S * 1000) / 3, () => {
      renew().catch((error) => log.warn({ job: name, cause: error }, "lease not renewed"));
    });
    let failure: string | null = null;
    try {
      await run(deps, AbortSignal.any([stop.signal, lost.signal]));
    } catch (error) {
      failure = String(error);
      log.error({ job: name, cause: error }, "job failed");
    }
    const took = lent.clock.now().getTime() - began;
    await db.query(sql`update job set due_at = now() + make_interval(secs => ${everyMs / 1000}), held_until = null, holder = null,
      ran_at = now(), took_ms = ${took}, failure = ${failure} where name = ${name} and holder = ${holder}`);
    return true;
  }

  const look = (job: Job<Deps>) => {
    if (working.has(job.name)) return;
    const round = attempt(job, false)
      .catch((error) => log.warn({ job: job.name, cause: error }, "job not looked at"))
      .finally(() => working.delete(job.name));
    working.set(job.name, round);
  };
  let looking: Promise<void> | undefined;
  // One statement finds what is due, instead of one for each job.
  const lookAround = async () => {
    const due = await db.query<{ name: string }>(sql`select name from job
      where due_at <= now() and (held_until is null or held_until < now())`);
    for (const { name } of due) {
      const job = jobs.find((one) => one.name === name);
      if (job && !stop.signal.aborted) look(job);
    }
  };
  const timer = lent.timers.every(LOOK_MS, () => {
    looking ??= lookAround()
      .catch((error) => log.warn({ cause: error }, "jobs not looked at"))
      .finally(() => {
        looking = undefined;
      });
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
      await looking;
      await Promise.allSettled(working.values());
    },
  };
}
