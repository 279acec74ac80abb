import { PARTITIONS } from "../partition.ts";
import type { Tx } from "../store/commit.ts";
import type { Db } from "../store/database.ts";
import { sql } from "../store/sql.ts";

/** Thrown when somebody else has moved the position: a zombie stops here, before its effect commits. */
export class Fenced extends Error {
  override readonly name = "Fenced";
}

/** Where one consumer stands in one source, in its service's own database. */
export interface Positions {
  load(partitions: readonly number[]): Promise<Map<number, bigint>>;
  /** Moves in the effect's transaction, and only from where the reader believed to be. */
  move(tx: Tx, partition: number, before: bigint, after: bigint): Promise<void>;
  /** Moves where nothing was to be done; returns the partitions that it could move. */
  skip(moves: readonly { partition: number; before: bigint; after: bigint }[]): Promise<Set<number>>;
  /** Sets a position whatever it was: after a rebuild. */
  set(tx: Tx, partition: number, seq: bigint): Promise<void>;
}

/** Opens the positions of one consumer in one source. */
export function positionsOf(db: Db, consumer: string, source: string): Positions {
  return {
    async load(partitions) {
      await db.query(sql`insert into consumer_position (consumer, source, partition, seq)
        select ${consumer}, ${source}, generate_series(0, ${PARTITIONS - 1}::int), 0 on conflict do nothing`);
      const rows = await db.query<{ partition: number; seq: string }>(sql`select partition, seq from consumer_position
        where consumer = ${consumer} and source = ${source} and partition = any(${[...partitions]}::smallint[])`);
      return new Map(rows.map(({ partition, seq }) => [partition, BigInt(seq)]));
    },
    async move(tx, partition, before, after) {
      const [moved] = await tx.query(sql`update consumer_position set seq = ${after} where consumer = ${consumer}
        and source = ${source} and partition = ${partition} and seq = ${before} returning 1`);
      if (!moved) throw new Fenced(`${consumer} is not at ${before} of ${source} ${partition} any more`);
    },
    async skip(moves) {
      const rows = await db.query<{ partition: number }>(sql`update consumer_position p set seq = m.after
        from unnest(${moves.map(({ partition }) => partition)}::smallint[], ${moves.map(({ before }) => before)}::bigint[],
          ${moves.map(({ after }) => after)}::bigint[]) as m (partition, before, after)
        where p.consumer = ${consumer} and p.source = ${source} and p.partition = m.partition and p.seq = m.before
        returning p.partition`);
      return new Set(rows.map(({ partition }) => partition));
    },
    async set(tx, partition, seq) {
      await tx.query(sql`insert into consumer_position (consumer, source, partition, seq)
        values (${consumer}, ${source}, ${partition}, ${seq})
        on conflict (consumer, source, partition) do update set seq = excluded.seq`);
    },
  };
}
