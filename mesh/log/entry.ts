/** One event as it lies in its owner's log, wherever it was read. */
export interface LogEntry {
  readonly partition: number;
  readonly seq: bigint;
  readonly at: Date;
  readonly type: string;
  readonly subject: string;
  readonly payload: Uint8Array;
  readonly trace: string;
}

/** The name by which an event is known everywhere; the same in every copy. */
export const idOf = (service: string, incarnation: string, { partition, seq }: Pick<LogEntry, "partition" | "seq">) =>
  `${service}-${incarnation.slice(0, 8)}-${partition}-${seq}`;
