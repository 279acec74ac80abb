/** A stretch of time, from its beginning up to but not including its end. */
export interface Slice {
  readonly from: Date;
  readonly to: Date;
}

/** How many months each slice has; behind the last comes everything before. */
const MONTHS = [1, 1, 1, 3, 6, 12, 24];

/**
 * Cuts the time before a moment into slices, newest first, to be searched one after the other until there is enough.
 * They end where months do, as the tables do; the older they are the longer, since only rare words get that far.
 */
export function slicesBefore(latest: Date, earliest: Date): Slice[] {
  const slices: Slice[] = [];
  let to = latest;
  for (const months of [...MONTHS, undefined]) {
    const from = months === undefined ? earliest : later(earliest, monthsBefore(to, months));
    slices.push({ from, to });
    if (from <= earliest) break;
    to = from;
  }
  return slices;
}

/** The beginning of a month: that of the moment just before, or so many more back. */
function monthsBefore(moment: Date, months: number): Date {
  const last = new Date(moment.getTime() - 1);
  return new Date(Date.UTC(last.getUTCFullYear(), last.getUTCMonth() - months + 1, 1));
}

const later = (a: Date, b: Date): Date => (a > b ? a : b);
