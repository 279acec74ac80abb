import { PARTITIONS, partitionOf } from "#mesh/partition.ts";

/** What is read with a home lies in one slot of Redis: that of its owner's bucket. */
export const bucketOf = partitionOf;

export const BUCKETS = PARTITIONS;

/** The tag by which Redis finds the slot. */
export const tagOfBucket = (bucket: number): string => `{b${String(bucket).padStart(2, "0")}}`;

/** Holds the incarnation of a bucket's homes; the homes' own keys begin with it, and so does the channel of wakes. */
export const homesKey = (bucket: number): string => `timeline:${tagOfBucket(bucket)}:homes`;
