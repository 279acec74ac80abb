/** How long something has gone on, in the largest unit that says it: "3 s", "12 min", "2 h", "4 days". */
export function lasting(ms: number): string {
  const [seconds, minutes, hours] = [ms / 1000, ms / 60_000, ms / 3_600_000].map(Math.floor) as [
    number,
    number,
    number,
  ];
  if (seconds < 90) return `${seconds} s`;
  if (minutes < 90) return `${minutes} min`;
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} days`;
}

/** A path as people write it: from here if it is below, otherwise whole. */
export function near(path: string, from: string = process.cwd()): string {
  return path.startsWith(`${from}/`) ? path.slice(from.length + 1) : path;
}

/** A count with its noun: "1 migration", "3 migrations". */
export const count = (many: number, noun: string): string => `${many} ${noun}${many === 1 ? "" : "s"}`;
