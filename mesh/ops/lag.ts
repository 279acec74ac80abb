import type { Db } from "../store/database.ts";
import { sql } from "../store/sql.ts";
import type { ConsumerHandle, OpsParts } from "./parts.ts";

/** Positions as they were last written down, by "consumer source partition". */
export type KeptPositions = ReadonlyMap<string, bigint>;

/** Reads what all replicas have written down. */
export async function readPositions(db: Db): Promise<KeptPositions> {
  const rows = await db.query<{ consumer: string; source: string; partition: number; seq: string }>(
    sql`select consumer, source, partition, seq from consumer_position`,
  );
  return new Map(rows.map((row) => [`${row.consumer} ${row.source} ${row.partition}`, BigInt(row.seq)]));
}

/** Where a consumer stands: events of no concern move it in memory first, and are written down later. */
export function positionOf(kept: KeptPositions, handle: ConsumerHandle, source: string, partition: number): bigint {
  const saved = kept.get(`${handle.consumer.name} ${source} ${partition}`) ?? 0n;
  const here = handle.position(source, partition) ?? saved;
  return here > saved ? here : saved;
}

/** How far a source's log reaches, or nothing while nobody can say: an operator looks when things are down. */
export const headsOrNone = ({ headsOf }: OpsParts, source: string): Promise<readonly bigint[] | undefined> =>
  headsOf(source).catch(() => undefined);
