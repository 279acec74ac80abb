import { PARTITIONS } from "../partition.ts";
import { type Sql, sql } from "../store/sql.ts";
import type { LogEntry } from "./entry.ts";

type Query = <Row>(statement: Sql) => Promise<Row[]>;

/** Some entries of one partition, and how far it reaches. */
export interface Read {
  readonly entries: readonly LogEntry[];
  readonly head: bigint;
  /** What comes next was dropped with the end of its retention. */
  readonly tooOld: boolean;
}

interface Row {
  head: string;
  seq: string | null;
  at: string;
  type: string;
  subject_id: string;
  payload: Buffer;
  trace: string;
}

/** Reads a service's own log after a position. */
export async function readLog(query: Query, partition: number, after: bigint, limit: number): Promise<Read> {
  const rows = await query<Row>(sql`select h.seq as head, l.seq, l.at, l.type, l.subject_id, l.payload, l.trace
    from log_head h left join lateral (select * from log where partition = h.partition and seq > ${after}
      order by seq limit ${limit}) l on true
    where h.partition = ${partition} order by l.seq`);
  const head = BigInt(rows[0]?.head ?? 0);
  const entries = rows.flatMap((row) => (row.seq === null ? [] : [entryOf(partition, row, row.seq)]));
  const first = entries[0]?.seq ?? head + 1n;
  return { entries, head, tooOld: first > after + 1n };
}

/** The newest position of every partition. */
export async function logHeads(query: Query): Promise<bigint[]> {
  const heads = new Array<bigint>(PARTITIONS).fill(0n);
  const rows = await query<{ partition: number; seq: string }>(sql`select partition, seq from log_head`);
  for (const { partition, seq } of rows) heads[partition] = BigInt(seq);
  return heads;
}

const entryOf = (partition: number, { at, type, subject_id, payload, trace }: Row, seq: string): LogEntry => ({
  ...{ partition, seq: BigInt(seq), at: new Date(at), type },
  ...{ subject: subject_id, payload, trace },
});
