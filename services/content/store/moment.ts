import { timestampFromDate } from "@bufbuild/protobuf/wkt";

/** Before everything that is listed newest first: where such a list begins. */
export const AFTER_ALL = ["infinity", "ffffffff-ffff-ffff-ffff-ffffffffffff"] as const;

/** A moment of the database as messages carry it. */
export const stampOf = (moment: string) => timestampFromDate(new Date(moment));
