import type { Consumer } from "../consumer.ts";
import type { Cursors } from "../cursor.ts";
import type { Lent } from "../lent.ts";
import type { LogEntry } from "../log/entry.ts";
import type { Proof } from "../log/proof.ts";
import type { RebuildParts } from "../log/rebuild.ts";
import type { Snapshot } from "../log/snapshot.ts";
import type { Tx } from "../store/commit.ts";

/** One consumer of the service, over all its sources. */
export interface ConsumerHandle {
  readonly consumer: Consumer<unknown>;
  readonly sources: readonly string[];
  /** Entries applied since the process began. */
  readonly applied: number;
  /** Empty, or why it cannot go on by itself. */
  stuck(source: string): string;
  /** Where it stands, for partitions that this process works on. */
  position(source: string, partition: number): bigint | undefined;
  /** Does what the consumer does about an event, outside its turn. */
  apply(tx: Tx, source: string, entry: LogEntry): Promise<void>;
  /** Stops applying a partition, lets the work set its position, and goes on from there. */
  paused<A>(source: string, partition: number, work: () => Promise<A>): Promise<A>;
}

/** What the OpsService of one service stands on. */
export interface OpsParts extends RebuildParts {
  readonly lent: Lent;
  readonly cursors: Cursors;
  readonly consumers: readonly ConsumerHandle[];
  readonly snapshots: readonly Snapshot[];
  readonly proof: Proof;
  /** How far a source's log reaches, by partition; rejects when nobody can say. */
  readonly headsOf: (source: string) => Promise<readonly bigint[]>;
}
