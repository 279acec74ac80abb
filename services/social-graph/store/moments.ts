import { timestampFromDate } from "@bufbuild/protobuf/wkt";

/** A moment of the database as messages carry it. */
export const stampOf = (moment: string) => timestampFromDate(new Date(moment));

/** Where a newest-first list begins: above every row. */
export const FROM_THE_TOP = ["infinity", "ffffffff-ffff-ffff-ffff-ffffffffffff"] as const;

/** The place in a newest-first list behind which a page begins. */
export type After = readonly [moment: string, id: string];

/** Reads such a place out of a page token's sort key. */
export const afterOf = (key: readonly string[] | undefined): After => [
  key?.[0] ?? FROM_THE_TOP[0],
  key?.[1] ?? FROM_THE_TOP[1],
];
