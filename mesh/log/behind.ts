import type { Feed } from "./feed.ts";

/** A feed as it is for a consumer that goes behind another one: it ends where that one stands; nowhere, while that is not known. */
export function feedBehind(feed: Feed, stands: (partition: number) => bigint | undefined): Feed {
  const end = (partition: number): bigint => {
    const [head, stand] = [feed.head(partition), stands(partition) ?? 0n];
    return stand < head ? stand : head;
  };
  const within = <Entry extends { readonly seq: bigint }>(partition: number, entries: readonly Entry[]): Entry[] => {
    const last = end(partition);
    return entries.filter(({ seq }) => seq <= last);
  };
  return {
    ...feed,
    get heads() {
      return feed.heads;
    },
    get incarnation() {
      return feed.incarnation;
    },
    head: end,
    next: (partition, after, limit) => within(partition, feed.next(partition, after, limit)),
    async pull(partition, after) {
      const read = await feed.pull(partition, after);
      return { ...read, entries: within(partition, read.entries) };
    },
  };
}
