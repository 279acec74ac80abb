import { mkdirSync, openSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";

/** The file that collects what a server says; the one of the start before is kept as `.old`. */
export const logOf = (home: string, name: string): string => join(home, "log", `${name}.log`);

/** Opens a fresh log for writing. The caller closes it. */
export function openLog(home: string, name: string): number {
  const path = logOf(home, name);
  mkdirSync(join(home, "log"), { recursive: true, mode: 0o700 });
  try {
    renameSync(path, `${path}.old`);
  } catch {
    // the first start has nothing to keep
  }
  return openSync(path, "a", 0o600);
}

/** The last lines of a log, empty when there is none. */
export function tailOf(path: string, lines = 20): string {
  try {
    return readFileSync(path, "utf8").trimEnd().split("\n").slice(-lines).join("\n");
  } catch {
    return "";
  }
}
