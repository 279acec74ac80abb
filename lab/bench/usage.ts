import { readdirSync, readFileSync } from "node:fs";

/** Processes that are watched, by what they are; the children of each count with it. */
export type Watched = Readonly<Record<string, number>>;

/** Seconds of a core, by what used them. */
export type Usage = Readonly<Record<string, number>>;

/** Linux counts in hundredths of a second, whatever its own clock does. */
const TICKS = 100;

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly seconds: number;
}

/** What the processes have used so far; children that have ended count with their parents. Nothing where there is no /proc. */
export function usageOf(watched: Watched): Usage {
  const all = processes();
  const childrenOf = Map.groupBy(all, ({ parent }) => parent);
  const byPid = new Map(all.map((one) => [one.pid, one]));
  const sum = (pid: number): number =>
    (byPid.get(pid)?.seconds ?? 0) + (childrenOf.get(pid) ?? []).reduce((so, child) => so + sum(child.pid), 0);
  return Object.fromEntries(Object.entries(watched).map(([name, pid]) => [name, sum(pid)]));
}

/** What was used between two looks. */
export const usedBetween = (before: Usage, after: Usage): Usage =>
  Object.fromEntries(Object.entries(after).map(([name, seconds]) => [name, seconds - (before[name] ?? 0)]));

function processes(): Process[] {
  try {
    return readdirSync("/proc").flatMap((name) => (/^\d+$/.test(name) ? (readProcess(Number(name)) ?? []) : []));
  } catch {
    return [];
  }
}

function readProcess(pid: number): Process | undefined {
  try {
    return readStat(pid, readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return undefined; // it has gone since
  }
}

/** A line of /proc/<pid>/stat. The name in it may hold anything, also blanks and parentheses. */
export function readStat(pid: number, line: string): Process {
  const fields = line
    .slice(line.lastIndexOf(")") + 2)
    .split(" ")
    .map(Number);
  const [parent = 0] = fields.slice(1);
  const [user = 0, system = 0, childrenUser = 0, childrenSystem = 0] = fields.slice(11);
  return { pid, parent, seconds: (user + system + childrenUser + childrenSystem) / TICKS };
}
