import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import type { InWords } from "./log/digest.ts";
import type { Tx } from "./store/commit.ts";
import type { Sql } from "./store/sql.ts";

/** One event as it reaches a consumer. */
export interface Delivery<E extends DescMessage = DescMessage> {
  readonly event: MessageShape<E>;
  /** The transaction that also moves the consumer's position: what happens in it happens once. */
  readonly tx: Tx;
  /** The same at every attempt, and in every copy. */
  readonly id: string;
  /** The service that announced it. */
  readonly source: string;
  readonly partition: number;
  /** Grows without gaps within (source, partition): the version of whatever is derived from the event. */
  readonly seq: bigint;
  readonly at: Date;
}

/** What a consumer does about one kind of event. */
export interface Handling<Deps> {
  readonly schema: DescMessage;
  readonly apply?: (delivery: Delivery, deps: Deps) => Promise<void>;
  /** Neighbours that share this are handed over together, in their order. */
  readonly many?: Many<Deps>;
}

/** Does something about several events in one go: one statement for all of them. */
export type Many<Deps> = (deliveries: readonly Delivery[], tx: Tx, deps: Deps) => Promise<void>;

/** How a consumer reads its state anew: rows of a snapshot of its source, applied like events. */
export interface Restoring<Deps> {
  /** The kind of snapshot, as its owner declares it. */
  readonly kind: string;
  readonly schema: DescMessage;
  /** Removes what the consumer derived from this partition, before its rows come; without it rows only overwrite. */
  readonly clear?: ((where: { readonly tx: Tx; readonly partition: number }, deps: Deps) => Promise<void>) | undefined;
  /** A row is older than every event behind the cut: applied as versioned upserts, several at once. */
  readonly apply: (
    rows: {
      readonly rows: readonly MessageShape<DescMessage>[];
      readonly tx: Tx;
      readonly partition: number;
      readonly seq: bigint;
    },
    deps: Deps,
  ) => Promise<void>;
  /** What it keeps of these rows, in the words of their owner: so the two can be compared. */
  readonly words?: InWords | undefined;
}

/**
 * Where a consumer that can be read anew keeps what it knows. With it a partition is built beside what is read, proved
 * equal to its owner and put in place at once, instead of being read in while its events wait. Its handlers then find
 * Redis away: what they do outside of these tables they do when the event is applied for good.
 */
export interface Keeps<Deps> {
  readonly tables: readonly KeptTable[];
  /** Tables that its handlers write besides. While building they write to copies, of which nothing is kept. */
  readonly besides?: readonly string[];
  /** Sequences that its handlers draw from. */
  readonly sequences?: readonly string[];
  /** Statements that make what its handlers need besides, as temporary tables: run where a partition is built. */
  readonly prepare?: (partition: number) => readonly Sql[];
  /** Stands around the replacing of rows, in its transaction: to take locks before, and to mend what is derived from them. */
  readonly around?: (replacing: Replacing, replace: () => Promise<void>, deps: Deps) => Promise<void>;
}

/** A table of the consumer's own: with a primary key and a column `shard`, the partition of the log that a row came from. */
export interface KeptTable {
  readonly table: string;
  /** Columns that hold a decision of our own, made once: a row that is there keeps it. */
  readonly decided?: readonly string[];
  /** Columns in which a right row may differ all the same: they are copied with the others, and not compared. */
  readonly loose?: readonly string[];
  /** Columns that get a new value from their default whenever the row is replaced. */
  readonly stamps?: readonly string[];
  /** Says of which rows (called `l`) the owner knows nothing: those stay, unless it does. */
  readonly own?: string;
}

/** Some rows that are about to be replaced, because they differ from the owner's. */
export interface Replacing {
  readonly tx: Tx;
  readonly partition: number;
  readonly table: string;
  /** Their primary keys: the columns' text, spaces between. */
  readonly keys: readonly string[];
}

/** Named after its effect. All its events come from one service, whose contracts they belong to, unless it names more. */
export interface Consumer<Deps> {
  readonly name: string;
  readonly handles: readonly Handling<Deps>[];
  readonly restores: readonly Restoring<Deps>[];
  readonly keeps?: Keeps<Deps> | undefined;
  /** Rounds are no closer together than this, while nobody waits. */
  readonly paceMs?: number;
  /** Another consumer of the same service, which has applied every event before this one does. */
  readonly behind?: string;
}

/** A pace for what hardly anybody waits for: what happens meanwhile shares a transaction. */
const LEISURE_MS = 50;

/** Lets a consumer take its time as long as nobody waits for it. */
export const leisurely = <Deps>(consumer: Consumer<Deps>): Consumer<Deps> => ({ ...consumer, paceMs: LEISURE_MS });

/** Lets a consumer build upon what another one has done about the same events. It keeps that one's pace, and has none of its own. */
export const behind = <Deps>(name: string, consumer: Consumer<Deps>): Consumer<Deps> => ({
  ...consumer,
  behind: name,
  paceMs: 0,
});

/** Says what to do about one kind of event. */
export const on = <E extends DescMessage, Deps>(
  schema: E,
  apply: (delivery: Delivery<E>, deps: Deps) => Promise<void>,
): Handling<Deps> => ({ schema, apply: apply as Handling<Deps>["apply"] });

/** Says what to do about several events at once, of one kind or of several that are handled alike. */
export const together = <E extends DescMessage, Deps>(
  schemas: readonly E[],
  apply: (deliveries: readonly Delivery<E>[], tx: Tx, deps: Deps) => Promise<void>,
): Handling<Deps>[] => schemas.map((schema) => ({ schema, many: apply as unknown as Many<Deps> }));

/** Says what to do with rows of a snapshot, and how to make room for them: both in the transaction of a rebuild. */
export const from = <R extends DescMessage, Deps>(
  kind: string,
  schema: R,
  apply: (
    rows: {
      readonly rows: readonly MessageShape<R>[];
      readonly tx: Tx;
      readonly partition: number;
      readonly seq: bigint;
    },
    deps: Deps,
  ) => Promise<void>,
  clear?: Restoring<Deps>["clear"],
  words?: InWords,
): Restoring<Deps> => ({ kind, schema, apply: apply as unknown as Restoring<Deps>["apply"], clear, words });

/** Joins what a consumer does about its events, how it is read anew, and what it keeps. */
export const consumer = <Deps>(
  name: string,
  handles: readonly Handling<Deps>[],
  restores: readonly Restoring<Deps>[] = [],
  keeps?: Keeps<Deps>,
): Consumer<Deps> => ({ name, handles, restores, keeps });
