import type { Timestamp } from "@bufbuild/protobuf/wkt";

const LAST_S = 253_402_300_799n; // the end of the year 9999

/** A moment that databases and calendars can hold, whatever number of seconds a client sends. */
export function boundedDate({ seconds, nanos }: Pick<Timestamp, "seconds" | "nanos">): Date {
  if (seconds < 0n) return new Date(0);
  if (seconds > LAST_S) return new Date(Number(LAST_S) * 1000);
  return new Date(Number(seconds) * 1000 + Math.trunc(nanos / 1_000_000));
}
