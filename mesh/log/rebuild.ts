import { AsyncLocalStorage } from "node:async_hooks";
import type { DescMessage } from "@bufbuild/protobuf";
import type { Consumer } from "../consumer.ts";
import { opsFailure } from "../ops/failures.ts";
import type { Tx } from "../store/commit.ts";
import type { Db } from "../store/database.ts";
import { sql } from "../store/sql.ts";
import { type RestoreParts, restore } from "./restore.ts";

/** What a rebuild stands on. */
export interface RebuildParts extends RestoreParts {
  readonly service: string;
  readonly db: Db;
  /** The service to whose contracts a message belongs. */
  readonly sourceOf: (schema: DescMessage) => string;
}

/** What a rebuilt partition came to. */
export interface Rebuilt {
  readonly rows: number;
  /** Where the consumer goes on. */
  readonly seq: bigint;
}

/** A broken stream is taken up again so often before all of it is given up. */
const ATTEMPTS = 5;

/** Whether a consumer can read its state of this source anew. */
export const rebuildable = ({ sourceOf }: RebuildParts, { restores }: Consumer<unknown>, source: string): boolean =>
  restores.some(({ schema }) => sourceOf(schema) === source);

/**
 * Replaces what a consumer knows of one partition of a source by the owner's snapshots, and sets its position to the
 * cut, in one transaction. Nobody of this process may apply that partition meanwhile; who does so elsewhere is fenced.
 */
export async function rebuildPartition(
  parts: RebuildParts,
  consumer: Consumer<unknown>,
  source: string,
  partition: number,
  signal?: AbortSignal,
): Promise<Rebuilt> {
  const kinds = consumer.restores.filter(({ schema }) => parts.sourceOf(schema) === source);
  if (kinds.length === 0) throw opsFailure("NOT_REBUILDABLE", { facts: { consumer: consumer.name, source } });
  // The owner may be ourselves: its handler must not find itself inside our transaction.
  const outside = AsyncLocalStorage.snapshot();
  return parts.db.commit(undefined, async (tx) => {
    await hold(tx, consumer.name, source, partition);
    // What waits here is in the rows already; and it must not be redriven into what is being replaced.
    await tx.query(sql`delete from dead_letter
      where consumer = ${consumer.name} and source = ${source} and partition = ${partition}`);
    for (const { clear } of kinds) await clear?.({ tx, partition }, parts.deps);
    let rows = 0;
    let seq: bigint | undefined;
    for (const kind of kinds) {
      const restored = await restore(parts, kind, { tx, source, partition, outside, signal, attempts: ATTEMPTS });
      rows += restored.rows;
      // What lies between two cuts is applied once more: rows of the later one are newer than those events.
      if (seq === undefined || restored.seq < seq) seq = restored.seq;
    }
    const reached = seq ?? 0n;
    await tx.query(sql`update consumer_position set seq = ${reached}
      where consumer = ${consumer.name} and source = ${source} and partition = ${partition}`);
    return { rows, seq: reached };
  });
}

// Whoever moves the position from another process waits here, and then finds that it was moved.
async function hold(tx: Tx, consumer: string, source: string, partition: number): Promise<void> {
  await tx.query(sql`insert into consumer_position (consumer, source, partition, seq)
    values (${consumer}, ${source}, ${partition}, 0)
    on conflict (consumer, source, partition) do update set seq = consumer_position.seq`);
}
