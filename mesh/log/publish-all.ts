import type { Courier } from "./courier.ts";
import type { LogEntry } from "./entry.ts";

/** How much of a batch the courier has taken. */
export interface Published {
  /** By partition, the last entry before which nothing is missing. */
  readonly reached: Map<number, bigint>;
  readonly acknowledged: number;
  /** Why it stopped early, if it did. */
  readonly failure: unknown;
}

const IN_FLIGHT = 256;

/** Publishes entries, many at once but begun in their order; after a failure no more are begun. */
export async function publishAll(
  courier: Pick<Courier, "publish">,
  service: string,
  incarnation: string,
  entries: readonly LogEntry[],
): Promise<Published> {
  const taken = new Set<LogEntry>();
  let failure: unknown;
  let next = 0;
  const lane = async () => {
    for (let entry = entries[next++]; entry && failure === undefined; entry = entries[next++]) {
      try {
        await courier.publish(service, incarnation, entry);
        taken.add(entry);
      } catch (error) {
        failure ??= error ?? new Error("not published");
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(IN_FLIGHT, entries.length) }, lane));
  const reached = new Map<number, bigint>();
  const broken = new Set<number>();
  for (const entry of entries) {
    if (!taken.has(entry)) broken.add(entry.partition);
    else if (!broken.has(entry.partition)) reached.set(entry.partition, entry.seq);
  }
  return { reached, acknowledged: taken.size, failure };
}
