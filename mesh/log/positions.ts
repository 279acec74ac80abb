import { PARTITIONS } from "../partition.ts";
import type { Tx } from "../store/commit.ts";
import type { Db } from "../store/database.ts";
import { sql } from "../store/sql.ts";
import type { Opening } from "../store/transact.ts";

/** Thrown when somebody else has moved a position: a zombie stops here, before its effect commits. */
export class Fenced extends Error {
  override readonly name = "Fenced";
}

/** One position on its way. */
export interface Move {
  readonly partition: number;
  readonly before: bigint;
  readonly after: bigint;
}

/** Where one consumer stands in one source, in its service's own database. */
export interface Positions {
  load(partitions: readonly number[]): Promise<Map<number, bigint>>;
  /** To which incarnation of the source they belong; empty if that was never noted. */
  incarnation(): Promise<string>;
  /** Begins the effect's transaction, each only from where the reader believed to be: all of them, or it throws. */
  moving(moves: readonly Move[], moved?: () => void): Opening;
  /** Moves where nothing was to be done; returns the partitions that it could move. */
  skip(moves: readonly Move[]): Promise<Set<number>>;
  /** Sets a position whatever it was: after a rebuild. */
  set(tx: Tx, partition: number, seq: bigint): Promise<void>;
}

/** Opens the positions of one consumer in one source. */
export function positionsOf(db: Db, consumer: string, source: string): Positions {
  const moving = (moves: readonly Move[]) => sql`update consumer_position p set seq = m.after
    from unnest(${moves.map(({ partition }) => partition)}::smallint[], ${moves.map(({ before }) => before)}::bigint[],
      ${moves.map(({ after }) => after)}::bigint[]) as m (partition, before, after)
    where p.consumer = ${consumer} and p.source = ${source} and p.partition = m.partition and p.seq = m.before
    returning p.partition`;
  return {
    async load(partitions) {
      await db.query(sql`insert into consumer_position (consumer, source, partition, seq)
        select ${consumer}, ${source}, generate_series(0, ${PARTITIONS - 1}::int), 0 on conflict do nothing`);
      const rows = await db.query<{ partition: number; seq: string }>(sql`select partition, seq from consumer_position
        where consumer = ${consumer} and source = ${source} and partition = any(${[...partitions]}::smallint[])`);
      return new Map(rows.map(({ partition, seq }) => [partition, BigInt(seq)]));
    },
    async incarnation() {
      const [row] = await db.query<{ incarnation: string }>(sql`select incarnation from consumer_state
        where consumer = ${consumer} and source = ${source} order by fresh_as_of desc limit 1`);
      return row?.incarnation ?? "";
    },
    moving: (moves, moved) => ({
      statement: moving(moves),
      check(rows) {
        if (rows.length < moves.length) throw new Fenced(`positions of ${consumer} in ${source} were moved by another`);
        moved?.();
      },
    }),
    async skip(moves) {
      // Not forced to disk: what a crash takes back is heard once more, and was without an effect.
      const rows = await db.query<{ partition: number }>(
        sql`with unforced as (select set_config('synchronous_commit', 'off', true)) ${moving(moves)}`,
      );
      return new Set(rows.map(({ partition }) => partition));
    },
    async set(tx, partition, seq) {
      await tx.query(sql`insert into consumer_position (consumer, source, partition, seq)
        values (${consumer}, ${source}, ${partition}, ${seq})
        on conflict (consumer, source, partition) do update set seq = excluded.seq`);
    },
  };
}
