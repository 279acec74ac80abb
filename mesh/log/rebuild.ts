import { AsyncLocalStorage } from "node:async_hooks";
import { type DescMessage, fromBinary } from "@bufbuild/protobuf";
import { type Client, Code, ConnectError } from "@connectrpc/connect";
import type { OpsService, SnapshotCut } from "#gen/skein/ops/v1/ops_service_pb.ts";
import type { Consumer, Restoring } from "../consumer.ts";
import type { Lent } from "../lent.ts";
import { opsFailure } from "../ops/failures.ts";
import type { Tx } from "../store/commit.ts";
import type { Db } from "../store/database.ts";
import { sql } from "../store/sql.ts";

/** What a rebuild stands on. */
export interface RebuildParts {
  readonly service: string;
  readonly db: Db;
  readonly lent: Lent;
  /** What was lent to the service: its consumers' handlers are given it. */
  readonly deps: unknown;
  /** Reaches the OpsService of a service, this one included. */
  readonly ownerAt: (service: string) => Client<typeof OpsService>;
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
const PAUSE_MS = 50;

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
      const restored = await restore(parts, kind, { tx, source, partition, outside, signal });
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

interface Where {
  readonly tx: Tx;
  readonly source: string;
  readonly partition: number;
  readonly outside: ReturnType<typeof AsyncLocalStorage.snapshot>;
  readonly signal: AbortSignal | undefined;
}

// Whoever moves the position from another process waits here, and then finds that it was moved.
async function hold(tx: Tx, consumer: string, source: string, partition: number): Promise<void> {
  await tx.query(sql`insert into consumer_position (consumer, source, partition, seq)
    values (${consumer}, ${source}, ${partition}, 0)
    on conflict (consumer, source, partition) do update set seq = consumer_position.seq`);
}

async function restore(parts: RebuildParts, kind: Restoring<unknown>, where: Where): Promise<Rebuilt> {
  const progress: Progress = { first: undefined, after: "", rows: 0 };
  for (let attempt = 1; ; attempt++) {
    try {
      await readOn(parts, kind, where, progress);
      return { rows: progress.rows, seq: progress.first?.seq ?? 0n };
    } catch (error) {
      if (!brokenOff(error)) throw error;
      if (attempt === ATTEMPTS) throw opsFailure("SNAPSHOT_BROKEN_OFF", { cause: error, retryAfterMs: 5_000 });
      await parts.lent.timers.sleep(PAUSE_MS * 2 ** attempt, where.signal);
    }
  }
}

interface Progress {
  first: SnapshotCut | undefined;
  after: string;
  rows: number;
}

async function readOn(
  { ownerAt, deps }: RebuildParts,
  { kind, schema, apply }: Restoring<unknown>,
  { tx, source, partition, outside, signal }: Where,
  progress: Progress,
): Promise<void> {
  const request = { kind, partition, after: progress.after };
  const leaving = new AbortController(); // to stop asking does not tell the owner that we are gone
  const bounds = { signal: signal ? AbortSignal.any([signal, leaving.signal]) : leaving.signal };
  const stream = outside(() => ownerAt(source).streamSnapshot(request, bounds));
  const parts = stream[Symbol.asyncIterator]();
  let cut: SnapshotCut | undefined;
  try {
    for (;;) {
      const { done, value } = await outside(() => parts.next());
      if (done) break;
      if (value.part.case === "cut") {
        cut = value.part.value;
        progress.first ??= cut;
        if (cut.incarnation !== progress.first.incarnation) throw opsFailure("SNAPSHOT_BROKEN_OFF");
      } else if (value.part.case === "rows" && cut) {
        const { rows, lastKey } = value.part.value;
        await apply({ rows: rows.map((row) => fromBinary(schema, row)), tx, partition, seq: cut.seq }, deps);
        progress.after = lastKey;
        progress.rows += rows.length;
      }
    }
  } finally {
    leaving.abort();
  }
  if (!cut) throw new ConnectError(`${source} sent no cut of ${kind}`, Code.Internal);
}

const brokenOff = (error: unknown): boolean =>
  error instanceof ConnectError && [Code.Unavailable, Code.ResourceExhausted, Code.Aborted].includes(error.code);
