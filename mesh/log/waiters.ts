/** Those who wait until a position is reached. */
export interface Waiters {
  /** Resolves when told of this position or a later one; rejects when the signal aborts. */
  wait(partition: number, seq: bigint, signal: AbortSignal): Promise<void>;
  tell(partition: number, seq: bigint): void;
  readonly any: boolean;
}

/** Nobody waits at first. */
export function createWaiters(): Waiters {
  const waiting = new Set<{ partition: number; seq: bigint; resolve: () => void }>();
  return {
    get any() {
      return waiting.size > 0;
    },
    async wait(partition, seq, signal) {
      signal.throwIfAborted();
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const one = { partition, seq, resolve };
      const giveUp = () => reject(signal.reason);
      waiting.add(one);
      signal.addEventListener("abort", giveUp, { once: true });
      try {
        await promise;
      } finally {
        waiting.delete(one);
        signal.removeEventListener("abort", giveUp);
      }
    },
    tell(partition, seq) {
      for (const one of waiting) {
        if (one.partition !== partition || one.seq > seq) continue;
        waiting.delete(one);
        one.resolve();
      }
    },
  };
}
