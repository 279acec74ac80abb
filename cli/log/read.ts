import { closeSync, fstatSync, openSync, readdirSync, readSync } from "node:fs";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { logFolder } from "./files.ts";
import { readEntry } from "./line.ts";

/** Which logs and which of their lines. Without names: those of all services, not of the servers beneath. */
export interface Wanted {
  readonly names: readonly string[] | undefined;
  readonly matches: (line: string) => boolean;
}

/** How far each file has been read. */
type Positions = Map<string, number>;

const MOST_BYTES = 8 * 1024 * 1024;

/** Everything that has a log: services first, then PostgreSQL, Redis and NATS. */
export const logNames = (home: string): string[] => [
  ...new Set([...filesIn(logFolder(home)), ...filesIn(join(home, "log"))].map((path) => basename(path, ".log"))),
];

/** The last lines that are wanted, by time, and how far the files were read for it. */
export function lastLines(home: string, wanted: Wanted, most: number): { shown: string[]; from: Positions } {
  const from: Positions = new Map();
  const timed = paths(home, wanted).flatMap((path) => {
    const { text, end } = readFrom(path, undefined);
    from.set(path, end);
    let ts = ""; // a line without a time, as of a stack, belongs to the one before
    return text.split("\n").flatMap((line) => {
      ts = readEntry(line)?.ts ?? ts;
      return line !== "" && wanted.matches(line) ? [{ line, ts }] : [];
    });
  });
  timed.sort((a, b) => (a.ts < b.ts ? -1 : a.ts > b.ts ? 1 : 0));
  return { shown: most === 0 ? [] : timed.slice(-most).map(({ line }) => line), from };
}

/** Shows what is written from now on, also to logs that do not exist yet, until the signal. */
export async function follow(
  home: string,
  wanted: Wanted,
  from: Positions,
  show: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const rests = new Map<string, string>();
  while (!signal.aborted) {
    for (const path of paths(home, wanted)) {
      const { text, end } = readFrom(path, from.get(path) ?? 0);
      from.set(path, end);
      const lines = `${rests.get(path) ?? ""}${text}`.split("\n");
      rests.set(path, lines.pop() ?? ""); // perhaps half a line
      for (const line of lines) if (line !== "" && wanted.matches(line)) show(line);
    }
    await sleep(150, undefined, { signal }).catch(() => undefined);
  }
}

function paths(home: string, { names }: Wanted): string[] {
  const services = filesIn(logFolder(home));
  if (!names) return services;
  return [...services, ...filesIn(join(home, "log"))].filter((path) => names.includes(basename(path, ".log")));
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(".log"))
      .sort()
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}

/** Text from a position; a file that is shorter than that was begun anew. Without a position: its last megabytes. */
function readFrom(path: string, position: number | undefined): { text: string; end: number } {
  const fd = openSync(path, "r");
  try {
    const { size } = fstatSync(fd);
    const start = position === undefined ? Math.max(0, size - MOST_BYTES) : position > size ? 0 : position;
    const bytes = Buffer.alloc(size - start);
    const read = readSync(fd, bytes, 0, bytes.length, start);
    return { text: bytes.toString("utf8", 0, read), end: start + read };
  } finally {
    closeSync(fd);
  }
}
