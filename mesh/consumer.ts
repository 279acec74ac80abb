import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import type { Tx } from "./store/commit.ts";

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
}

/** Named after its effect. All its events come from one service, whose contracts they belong to, unless it names more. */
export interface Consumer<Deps> {
  readonly name: string;
  readonly handles: readonly Handling<Deps>[];
  readonly restores: readonly Restoring<Deps>[];
}

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
): Restoring<Deps> => ({ kind, schema, apply: apply as unknown as Restoring<Deps>["apply"], clear });

/** Joins what a consumer does about its events, and how it is read anew. */
export const consumer = <Deps>(
  name: string,
  handles: readonly Handling<Deps>[],
  restores: readonly Restoring<Deps>[] = [],
): Consumer<Deps> => ({ name, handles, restores });
