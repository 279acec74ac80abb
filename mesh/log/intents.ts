import type { Logger } from "pino";
import type { Lent } from "../lent.ts";
import type { Job } from "../service.ts";
import type { Tx } from "../store/commit.ts";
import type { Db } from "../store/database.ts";
import { sql } from "../store/sql.ts";

/**
 * What a crash in the middle may do to an effect outside the database. AT_LEAST_ONCE: it is done again, with the same key.
 * AT_MOST_ONCE: it is claimed first and never tried again once it may have happened. CONVERGENT: doing it again changes
 * nothing, so nobody cares.
 */
export type Promised = "AT_LEAST_ONCE" | "AT_MOST_ONCE" | "CONVERGENT";

/** Something to be done outside, as it was decided. */
export interface Intent {
  /** The same at every attempt: what is outside may recognise a repetition by it. */
  readonly key: string;
  readonly payload: Uint8Array;
  readonly subject: string;
  /** 1 at first. */
  readonly attempt: number;
}

/** How one kind of intent is carried out. */
export interface Effect<Deps> {
  readonly kind: string;
  readonly promised: Promised;
  /** Given up after so many attempts; 10 if absent. */
  readonly attempts?: number;
  /** Rejects if it failed; with NotDone if it is sure that nothing happened. */
  act(intent: Intent, deps: Deps, signal: AbortSignal): Promise<void>;
}

/** Thrown by an effect that is sure not to have happened: then even AT_MOST_ONCE may try again. */
export class NotDone extends Error {
  override readonly name = "NotDone";
}

/** What the worker stands on. */
export type WorkerParts = Pick<Lent, "timers" | "chance"> & { readonly db: Db; readonly log: Logger };

const USUAL_ATTEMPTS = 10;
const BATCH = 16;
/** Whoever took an intent and does not report within this time is believed dead. */
const LEASE_S = 60;
const PATIENCE_MS = 45_000;
const FIRST_PAUSE_S = 2;
const LONGEST_PAUSE_S = 3_600;
const LONGEST_FAILURE = 2_000;
const KEPT_DAYS = 7;

/** Decides, in the transaction of whatever it follows from, that something is to be done outside. A known key changes nothing. */
export async function intend(
  tx: Tx,
  intent: { kind: string; key: string; payload: Uint8Array; subject?: string; afterMs?: number },
): Promise<void> {
  const { kind, key, payload, subject = "", afterMs = 0 } = intent;
  await tx.query(sql`insert into intent (key, kind, payload, subject_id, due_at)
    values (${key}, ${kind}, ${Buffer.from(payload)}, ${subject}, now() + make_interval(secs => ${afterMs / 1000}::float8))
    on conflict (key) do nothing`);
}

/** The jobs that carry out what a service intends, and later forget it. */
export const intentJobs = <Deps extends WorkerParts>(effects: readonly Effect<Deps>[]): Job<Deps>[] => [
  {
    name: "work-intents",
    everyMs: 1_000,
    async run(deps, signal) {
      while (!signal.aborted && (await workIntents(effects, deps, signal)) === BATCH);
    },
  },
  {
    name: "sweep-intents",
    everyMs: 3_600_000,
    run: async ({ db }) =>
      void (await db.query(sql`delete from intent
        where state = 'DONE' and done_at < now() - make_interval(days => ${KEPT_DAYS})`)),
  },
];

/** Does some of what is due; returns how many were taken. */
export async function workIntents<Deps extends WorkerParts>(
  effects: readonly Effect<Deps>[],
  deps: Deps,
  signal: AbortSignal,
): Promise<number> {
  const { db, log } = deps;
  const known = new Map(effects.map((one) => [one.kind, one]));
  const lost = await db.query<{ key: string }>(sql`update intent set state = 'GIVEN_UP', done_at = now(),
    failure = 'whoever did it died: nobody knows whether it happened'
    where state = 'CLAIMED' and due_at <= now() and kind = any(${[...known.keys()]}::text[]) returning key`);
  for (const { key } of lost) log.error({ intent: key }, "intent given up: nobody knows whether it happened");
  const taken = await take(db, effects);
  await Promise.all(
    taken.map(async (row) => {
      const effect = known.get(row.kind);
      if (effect) await attempt(effect, row, deps, signal);
    }),
  );
  return taken.length;
}

interface Row {
  readonly key: string;
  readonly kind: string;
  readonly payload: Buffer;
  readonly subject: string;
  readonly attempts: number;
}

// One statement, committed by itself: what is done at most once is claimed before anything of it happens.
const take = <Deps>(db: Db, effects: readonly Effect<Deps>[]): Promise<Row[]> => {
  const kinds = effects.map(({ kind }) => kind);
  const claimed = effects.filter(({ promised }) => promised === "AT_MOST_ONCE").map(({ kind }) => kind);
  return db.query<Row>(sql`update intent i set attempts = i.attempts + 1, due_at = now() + make_interval(secs => ${LEASE_S}),
      state = case when i.kind = any(${claimed}::text[]) then 'CLAIMED' else 'DUE' end
    from (select key from intent where state = 'DUE' and due_at <= now() and kind = any(${kinds}::text[])
      order by due_at limit ${BATCH} for update skip locked) as due
    where i.key = due.key returning i.key, i.kind, i.payload, i.subject_id as subject, i.attempts`);
};

async function attempt<Deps extends WorkerParts>(
  effect: Effect<Deps>,
  { key, payload, subject, attempts }: Row,
  deps: Deps,
  stopping: AbortSignal,
): Promise<void> {
  const { db, log, timers } = deps;
  const late = new AbortController();
  using _bound = timers.after(PATIENCE_MS, () => late.abort(new Error("it took too long")));
  const signal = AbortSignal.any([stopping, late.signal]);
  const failed = await effect.act({ key, payload, subject, attempt: attempts }, deps, signal).then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  if (!failed) {
    await db.query(sql`update intent set state = 'DONE', done_at = now(), failure = '' where key = ${key}`);
    return;
  }
  const { error } = failed;
  const again = error instanceof NotDone || effect.promised !== "AT_MOST_ONCE";
  const over = !again || attempts >= (effect.attempts ?? USUAL_ATTEMPTS);
  const state = over ? "GIVEN_UP" : "DUE";
  // Only while it is still ours: who took it over after us knows more.
  await db.query(sql`update intent set failure = ${String(error).slice(0, LONGEST_FAILURE)}, state = ${state},
    done_at = case when ${state}::text = 'GIVEN_UP' then now() end,
    due_at = now() + make_interval(secs => ${pauseS(attempts, deps)}::float8)
    where key = ${key} and attempts = ${attempts} and state in ('DUE', 'CLAIMED')`);
  if (over) log.error({ intent: key, kind: effect.kind, attempts, cause: error }, "intent given up");
  else log.warn({ intent: key, kind: effect.kind, attempts, cause: error }, "intent failed");
}

/** Doubling, and scattered so that what failed together does not come back together. */
const pauseS = (attempts: number, { chance }: WorkerParts): number => {
  const longest = Math.min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** Math.min(attempts - 1, 20));
  return longest / 2 + (longest / 2) * (chance.below(1_000) / 1_000);
};
