import type { Restoring } from "../consumer.ts";
import { opsFailure } from "../ops/failures.ts";
import type { ConsumerHandle } from "../ops/parts.ts";
import { sql } from "../store/sql.ts";
import { differing, digested, digestOf, type RangeRow, rowsIn } from "./digest.ts";
import type { RebuildParts } from "./rebuild.ts";

/** What a comparison with the owner came to. */
export interface Verified {
  readonly rows: number;
  /** Ranges of keys that differ at equal positions. */
  readonly differing: number;
  /** The two never stood at equal positions for long enough: nothing is known of some ranges. */
  readonly unsettled: boolean;
}

const ATTEMPTS = 8;
const PAUSE_MS = 40;
const MOST_BETWEEN = 2_000;

/**
 * Compares what a consumer keeps of one kind in one partition with what the owner has, while both go on. The two look at
 * different moments: a range that was equal once is equal; one that differs is drift only if the log holds nothing
 * between the two moments that the consumer does something about, and is looked at again otherwise.
 */
export async function verifyPartition(
  parts: RebuildParts,
  { consumer }: ConsumerHandle,
  { kind, schema, words }: Restoring<unknown>,
  partition: number,
  signal?: AbortSignal,
): Promise<Verified> {
  if (!words) throw opsFailure("NOT_COMPARABLE", { facts: { consumer: consumer.name, kind } });
  const source = parts.sourceOf(schema);
  const owner = parts.ownerAt(source);
  const bounds = { ...(signal && { signal }) };
  const concerned = new Set(consumer.handles.map((one) => one.schema.typeName));
  const position = sql`select seq from consumer_position
    where consumer = ${consumer.name} and source = ${source} and partition = ${partition}`;
  let suspects: ReadonlySet<number> | undefined;
  for (let attempt = 1; ; attempt++) {
    const { cut, digest } = await owner.getDigest({ kind, partition }, bounds);
    const mine = digested(await parts.db.query<RangeRow>(digestOf(position, words(partition))));
    if (!cut || !digest) throw new Error(`${source} sent no digest of ${kind}`);
    const unlike = differing(digest, mine).filter((range) => suspects?.has(range) ?? true);
    const rows = rowsIn(mine);
    if (unlike.length === 0) return { rows, differing: 0, unsettled: false };
    const [from, to] = cut.seq < mine.seq ? [cut.seq, mine.seq] : [mine.seq, cut.seq];
    const quiet = from === to || !(await somethingBetween(from, to));
    if (quiet) return { rows, differing: unlike.length, unsettled: false };
    if (attempt === ATTEMPTS) return { rows, differing: 0, unsettled: true };
    suspects = new Set(unlike);
    await parts.lent.timers.sleep(PAUSE_MS * attempt, signal);
  }

  // Positions move past events of no concern in memory first: those between the two change nothing.
  async function somethingBetween(from: bigint, to: bigint): Promise<boolean> {
    if (to - from > MOST_BETWEEN) return true;
    const { entries, tooOld } = await owner.readLog({ partition, after: from, limit: Number(to - from) }, bounds);
    return tooOld || entries.some(({ seq, type }) => seq <= to && concerned.has(type));
  }
}
