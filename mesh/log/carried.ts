import type { Db } from "../store/database.ts";
import { sql } from "../store/sql.ts";
import type { LogEntry } from "./entry.ts";

/** How far each partition has been carried, as the database knows it. The row is the fence between two relays. */
export interface Carried {
  /** Positions; a partition that has none begins with what is in the log. */
  load(partitions: readonly number[]): Promise<Map<number, bigint>>;
  /** Entries behind positions, in order within their partitions, no more than `limit` of each. */
  next(after: ReadonlyMap<number, bigint>, limit: number): Promise<LogEntry[]>;
  /** Moves positions, each only from where it was thought to be; returns the partitions that were moved. */
  move(steps: readonly Step[]): Promise<Set<number>>;
}

/** One position on its way. */
export interface Step {
  readonly partition: number;
  readonly before: bigint;
  readonly after: bigint;
}

interface Row extends Omit<LogEntry, "seq" | "at" | "subject"> {
  readonly seq: string;
  readonly at: string;
  readonly subject_id: string;
}

/** The rows of `relay_position`, and the log they are about. */
export const carriedOf = ({ query }: Pick<Db, "query">): Carried => ({
  async load(partitions) {
    const wanted = [...partitions];
    await query(sql`insert into relay_position (partition, seq)
      select h.partition, coalesce((select min(l.seq) - 1 from log l where l.partition = h.partition), h.seq)
      from log_head h where h.partition = any(${wanted}::smallint[]) on conflict do nothing`);
    const rows = await query<{ partition: number; seq: string }>(
      sql`select partition, seq from relay_position where partition = any(${wanted}::smallint[])`,
    );
    return new Map(rows.map(({ partition, seq }) => [partition, BigInt(seq)]));
  },
  async next(after, limit) {
    const rows =
      await query<Row>(sql`select e.* from unnest(${[...after.keys()]}::smallint[], ${[...after.values()]}::bigint[])
        as d (partition, seq)
      cross join lateral (select l.partition, l.seq, l.at, l.type, l.subject_id, l.payload, l.trace from log l
        where l.partition = d.partition and l.seq > d.seq order by l.seq limit ${limit}) e
      order by e.partition, e.seq`);
    return rows.map(({ seq, at, subject_id, ...rest }) => ({
      ...rest,
      seq: BigInt(seq),
      at: new Date(at),
      subject: subject_id,
    }));
  },
  async move(steps) {
    // Not forced to disk: a position that a crash takes back is a stretch that is published twice.
    const moved = await query<{
      partition: number;
    }>(sql`with unforced as (select set_config('synchronous_commit', 'off', true))
      update relay_position p set seq = s.after
      from unforced, unnest(${steps.map(({ partition }) => partition)}::smallint[], ${steps.map(({ before }) => before)}::bigint[],
        ${steps.map(({ after }) => after)}::bigint[]) as s (partition, before, after)
      where p.partition = s.partition and p.seq = s.before returning p.partition`);
    return new Set(moved.map(({ partition }) => partition));
  },
});
