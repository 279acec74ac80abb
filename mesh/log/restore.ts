import type { AsyncLocalStorage } from "node:async_hooks";
import { fromBinary } from "@bufbuild/protobuf";
import { type Client, Code, ConnectError } from "@connectrpc/connect";
import type { Digest, OpsService, SnapshotCut } from "#gen/skein/ops/v1/ops_service_pb.ts";
import type { Restoring } from "../consumer.ts";
import type { Lent } from "../lent.ts";
import { opsFailure } from "../ops/failures.ts";
import type { Tx } from "../store/commit.ts";

/** What reading a snapshot stands on. */
export interface RestoreParts {
  readonly lent: Lent;
  /** What was lent to the service: its consumers' handlers are given it. */
  readonly deps: unknown;
  /** Reaches the OpsService of a service, this one included. */
  readonly ownerAt: (service: string) => Client<typeof OpsService>;
}

/** Which rows are read, and into what. */
export interface Where {
  readonly tx: Tx;
  readonly source: string;
  readonly partition: number;
  /** The owner may be ourselves: its handler must not find itself inside our transaction. */
  readonly outside: ReturnType<typeof AsyncLocalStorage.snapshot>;
  readonly signal: AbortSignal | undefined;
  /** How often a stream that breaks is taken up again behind the last row, at a later cut. */
  readonly attempts: number;
}

/** What was read. */
export interface Restored {
  readonly rows: number;
  /** The first cut: rows read after a break are newer, never older. */
  readonly seq: bigint;
  readonly incarnation: string;
  /** What the owner's rows come to at the last cut, if the kind has a digest. */
  readonly digest: Digest | undefined;
}

const PAUSE_MS = 50;

interface Progress {
  first: SnapshotCut | undefined;
  digest: Digest | undefined;
  after: string;
  rows: number;
}

/** Reads all rows of a kind in one partition and hands them to the consumer. */
export async function restore(parts: RestoreParts, kind: Restoring<unknown>, where: Where): Promise<Restored> {
  const progress: Progress = { first: undefined, digest: undefined, after: "", rows: 0 };
  for (let attempt = 1; ; attempt++) {
    try {
      await readOn(parts, kind, where, progress);
      const { rows, first, digest } = progress;
      return { rows, seq: first?.seq ?? 0n, incarnation: first?.incarnation ?? "", digest };
    } catch (error) {
      if (!brokenOff(error)) throw error;
      if (attempt === where.attempts) throw opsFailure("SNAPSHOT_BROKEN_OFF", { cause: error, retryAfterMs: 5_000 });
      await parts.lent.timers.sleep(PAUSE_MS * 2 ** attempt, where.signal);
    }
  }
}

async function readOn(
  { ownerAt, deps }: RestoreParts,
  { kind, schema, apply, words }: Restoring<unknown>,
  { tx, source, partition, outside, signal }: Where,
  progress: Progress,
): Promise<void> {
  const request = { kind, partition, after: progress.after, withDigest: words !== undefined };
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
      } else if (value.part.case === "digest") progress.digest = value.part.value;
    }
  } finally {
    leaving.abort();
  }
  if (!cut) throw new ConnectError(`${source} sent no cut of ${kind}`, Code.Internal);
}

const brokenOff = (error: unknown): boolean =>
  error instanceof ConnectError && [Code.Unavailable, Code.ResourceExhausted, Code.Aborted].includes(error.code);
