/** How many logs each service has, and how many buckets Redis keys fall into. */
export const PARTITIONS = 64;

/** The partition of a shard key. FNV-1a with a final mix: other languages must be able to compute it too. */
export function partitionOf(key: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(key)) hash = Math.imul(hash ^ byte, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
  return ((hash ^ (hash >>> 16)) >>> 0) % PARTITIONS;
}
