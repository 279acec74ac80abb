/** A stretch of the machine's own work, done by the driver alone. */
export type Limit =
  /** One row, one commit, on so many connections. */
  | { readonly kind: "commit"; readonly url: string; readonly connections: number; readonly ms: number }
  /** Deliveries to full sorted sets, as the obvious fan-out makes them. */
  | { readonly kind: "zadd"; readonly url: string; readonly timelines: number; readonly ms: number }
  /** Passwords verified, so many at once. */
  | { readonly kind: "hash"; readonly atOnce: number; readonly ms: number };
