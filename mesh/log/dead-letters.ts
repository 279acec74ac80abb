import type { Ids } from "../lent.ts";
import type { Tx } from "../store/commit.ts";
import type { Db } from "../store/database.ts";
import { type Sql, sql } from "../store/sql.ts";
import type { LogEntry } from "./entry.ts";

/** An event that a consumer could not apply, or a later one of its subject, which must not overtake it. */
export interface Parked {
  readonly consumer: string;
  readonly source: string;
  readonly entry: LogEntry;
  readonly cause: string;
  readonly attempts: number;
}

/** Which letters to redrive; everything that is absent or empty means all. */
export interface Redrive {
  readonly consumer?: string;
  readonly subject?: string;
  readonly limit: number;
}

/** What a redrive came to. */
export interface Redriven {
  readonly applied: number;
  /** Subjects at which an event failed again. */
  readonly stopped: number;
  readonly left: number;
}

/** Does again what a consumer does about an event, in the transaction that also removes the letter. */
export type Reapply = (tx: Tx, entry: LogEntry, consumer: string, source: string) => Promise<void>;

const LONGEST_CAUSE = 4_000;

/** Puts an event aside, in the transaction that moves the consumer's position past it. */
export async function park(tx: Tx, ids: Ids, { consumer, source, entry, cause, attempts }: Parked): Promise<void> {
  await tx.query(sql`insert into dead_letter
    (id, consumer, source, partition, seq, at, type, subject_id, payload, trace, cause, attempts)
    values (${ids.next()}, ${consumer}, ${source}, ${entry.partition}, ${entry.seq}, ${entry.at}, ${entry.type},
      ${entry.subject}, ${Buffer.from(entry.payload)}, ${entry.trace}, ${cause.slice(0, LONGEST_CAUSE)}, ${attempts})
    on conflict (consumer, source, partition, seq) do nothing`);
}

/** The subjects whose further events a consumer must park behind those that wait already. */
export async function parkedSubjects(
  query: <Row>(statement: Sql) => Promise<Row[]>,
  consumer: string,
  source: string,
): Promise<Set<string>> {
  const rows = await query<{ subject: string }>(
    sql`select distinct subject_id as subject from dead_letter where consumer = ${consumer} and source = ${source}`,
  );
  return new Set(rows.map(({ subject }) => subject));
}

/**
 * Whether a subject's letters still lie there; holds until the transaction ends, because a redrive waits for it. Ask in
 * the transaction that parks or applies the subject's next event: what was read before may have been redriven since.
 */
export async function stillParked(tx: Tx, consumer: string, source: string, subject: string): Promise<boolean> {
  await holdSubject(tx, consumer, source, subject);
  const rows = await tx.query(sql`select 1 from dead_letter
    where consumer = ${consumer} and source = ${source} and subject_id = ${subject} limit 1`);
  return rows.length > 0;
}

/**
 * Applies parked events again, those of one subject in their order, each in a transaction of its own; a subject ends at
 * the first that fails again, which keeps its new cause.
 */
export async function redrive(
  { db, signal }: { readonly db: Db; readonly signal?: AbortSignal },
  { consumer = "", subject = "", limit }: Redrive,
  apply: Reapply,
): Promise<Redriven> {
  const subjects = await db.query<Subject>(sql`select consumer, source, subject_id as subject from dead_letter
    where (${consumer}::text = '' or consumer = ${consumer}) and (${subject}::text = '' or subject_id = ${subject})
    group by consumer, source, subject_id order by min(parked_at), consumer, source, subject_id limit ${limit}`);
  let applied = 0;
  let stopped = 0;
  for (const one of subjects) {
    let outcome: Outcome = "APPLIED";
    while (applied < limit && outcome === "APPLIED") {
      signal?.throwIfAborted();
      outcome = await redriveNext({ db, signal }, one, apply);
      if (outcome === "APPLIED") applied++;
      if (outcome === "FAILED") stopped++;
    }
  }
  const [row] = await db.query<{ left: number }>(sql`select count(*)::int as left from dead_letter
    where (${consumer}::text = '' or consumer = ${consumer}) and (${subject}::text = '' or subject_id = ${subject})`);
  return { applied, stopped, left: row?.left ?? 0 };
}

interface Subject {
  readonly consumer: string;
  readonly source: string;
  readonly subject: string;
}

type Outcome = "APPLIED" | "FAILED" | "NONE_LEFT";

async function redriveNext(
  { db, signal }: { db: Db; signal: AbortSignal | undefined },
  { consumer, source, subject }: Subject,
  apply: Reapply,
): Promise<Outcome> {
  let tried: Row | undefined;
  try {
    return await db.commit(undefined, async (tx): Promise<Outcome> => {
      await holdSubject(tx, consumer, source, subject);
      // Nothing is ordered across partitions, so each is taken whole.
      [tried] = await tx.query<Row>(sql`select id, partition, seq, at, type, subject_id as subject, payload, trace
        from dead_letter where consumer = ${consumer} and source = ${source} and subject_id = ${subject}
        order by partition, seq limit 1`);
      if (!tried) return "NONE_LEFT";
      await apply(tx, entryOf(tried), consumer, source);
      await tx.query(sql`delete from dead_letter where id = ${tried.id}`);
      return "APPLIED";
    });
  } catch (error) {
    if (!tried || signal?.aborted) throw error; // nothing was learned about the event
    const cause = String(error).slice(0, LONGEST_CAUSE);
    await db.query(sql`update dead_letter set cause = ${cause}, attempts = attempts + 1 where id = ${tried.id}`);
    return "FAILED";
  }
}

// Redrive of a subject and parking of its next event exclude each other; the space keeps "a"+"bc" apart from "ab"+"c".
async function holdSubject(tx: Tx, consumer: string, source: string, subject: string): Promise<void> {
  await tx.query(sql`select pg_advisory_xact_lock(hashtextextended(${`${consumer} ${source} ${subject}`}::text, 0))`);
}

interface Row {
  readonly id: string;
  readonly partition: number;
  readonly seq: string;
  readonly at: string;
  readonly type: string;
  readonly subject: string;
  readonly payload: Buffer;
  readonly trace: string;
}

const entryOf = ({ id: _id, seq, at, ...rest }: Row): LogEntry => ({ ...rest, seq: BigInt(seq), at: new Date(at) });
