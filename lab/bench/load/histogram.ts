/** How often each duration was seen, as pairs of bucket and count: what travels between processes and into reports. */
export type Counted = readonly (readonly [bucket: number, count: number])[];

/** Durations in buckets that grow with them: memory does not, and no percentile is off by more than 0.8 %. */
export interface Histogram {
  record(ms: number): void;
  add(counted: Counted): void;
  counted(): Counted;
}

/** 128 buckets for every doubling: seven bits of each duration are kept. */
const BITS = 7;
const LONGEST_US = 2 ** 31 - 1;
const BUCKETS = bucketOf(LONGEST_US) + 1;

/** The bucket of a duration in whole microseconds. */
function bucketOf(us: number): number {
  const shift = Math.max(0, 31 - Math.clz32(us) - BITS);
  return (shift << BITS) + (us >>> shift);
}

/** The middle of a bucket, in milliseconds. */
function msOf(bucket: number): number {
  const shift = Math.max(0, (bucket >> BITS) - 1);
  const least = (bucket - (shift << BITS)) * 2 ** shift;
  return (least + (2 ** shift - 1) / 2) / 1_000;
}

/** An empty one. */
export function createHistogram(): Histogram {
  const counts = new Uint32Array(BUCKETS);
  const add = (bucket: number, count: number) => {
    counts[bucket] = (counts[bucket] ?? 0) + count;
  };
  return {
    record: (ms) => add(bucketOf(Math.min(LONGEST_US, Math.max(0, Math.round(ms * 1_000)))), 1),
    add: (counted) => {
      for (const [bucket, count] of counted) add(bucket, count);
    },
    counted: () => [...counts.entries()].filter(([, count]) => count > 0),
  };
}

/** How many durations there are. */
export const countOf = (counted: Counted): number => counted.reduce((sum, [, count]) => sum + count, 0);

/** The duration in milliseconds that so large a share stays below or at; 0 if nothing was counted. */
export function percentile(counted: Counted, share: number): number {
  const goal = Math.max(1, Math.ceil(countOf(counted) * share));
  let seen = 0;
  for (const [bucket, count] of counted) {
    seen += count;
    if (seen >= goal) return msOf(bucket);
  }
  return 0;
}

/** Several as one. */
export function merged(all: readonly Counted[]): Counted {
  const sum = createHistogram();
  for (const one of all) sum.add(one);
  return sum.counted();
}
