import { type Sql, sql } from "../store/sql.ts";
import type { LogEntry } from "./entry.ts";

type Query = <Row>(statement: Sql) => Promise<Row[]>;

/** Which entries are wanted; empty means all. */
export interface Filter {
  /** Full names, or their last parts. */
  readonly types: readonly string[];
  readonly subject: string;
}

/** How far each partition was looked at. */
export type Positions = ReadonlyMap<number, bigint>;

/** So many entries of one partition are taken at once. */
const MOST = 200;

/** Where each partition stood at a moment, as far as it is still kept; where it stands now if none is named. */
export async function positionsAt(query: Query, since: Date | undefined): Promise<Positions> {
  const rows = await query<{ partition: number; seq: string }>(sql`select h.partition,
      coalesce((select min(l.seq) - 1 from log l where l.partition = h.partition and l.at >= ${since ?? null}::timestamptz), h.seq) as seq
    from log_head h`);
  return new Map(rows.map(({ partition, seq }) => [partition, BigInt(seq)]));
}

/** What came after the positions, oldest first as far as that can be said across partitions, and how far that was. */
export async function readOn(
  query: Query,
  positions: Positions,
  { types, subject }: Filter,
): Promise<{ entries: LogEntry[]; positions: Positions; more: boolean }> {
  const after = [...positions];
  // What is filtered away moves the position too: up to the head that was seen, if less than all was found.
  const rows =
    await query<Row>(sql`select h.partition, h.seq as head, l.seq, l.at, l.type, l.subject_id as subject, l.payload, l.trace
    from unnest(${after.map(([partition]) => partition)}::smallint[], ${after.map(([, seq]) => seq)}::bigint[]) as p (partition, seq)
      join log_head h on h.partition = p.partition and h.seq > p.seq
      left join lateral (select * from log where partition = p.partition and seq > p.seq and seq <= h.seq
        and (${types}::text[] = '{}' or type = any(${types}::text[]) or split_part(type, '.', -1) = any(${types}::text[]))
        and (${subject}::text = '' or subject_id = ${subject}) order by seq limit ${MOST}) l on true
    order by l.at, h.partition, l.seq`);
  const entries = rows.flatMap((row) => (row.seq === null ? [] : [entryOf(row, row.seq)]));
  const next = new Map(positions);
  let more = false;
  for (const [partition, found] of Map.groupBy(rows, (row) => row.partition)) {
    const full = found.length === MOST;
    more ||= full;
    next.set(partition, full ? lastOf(found) : BigInt(found[0]?.head ?? 0));
  }
  return { entries, positions: next, more };
}

interface Row {
  readonly partition: number;
  readonly head: string;
  readonly seq: string | null;
  readonly at: string;
  readonly type: string;
  readonly subject: string;
  readonly payload: Buffer;
  readonly trace: string;
}

const lastOf = (rows: readonly Row[]): bigint =>
  rows.map(({ seq }) => BigInt(seq ?? 0)).reduce((a, b) => (a > b ? a : b), 0n);

const entryOf = ({ head: _head, at, ...row }: Row, seq: string): LogEntry => ({
  ...row,
  seq: BigInt(seq),
  at: new Date(at),
});
