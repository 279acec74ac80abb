import { closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from "node:fs";
import { join } from "node:path";
import { readEntry } from "./line.ts";

/** The folder with one log per service. */
export const logFolder = (home: string): string => join(home, "logs");

interface OpenLog {
  fd: number;
  size: number;
}

/** Log files that are being written. */
export interface LogFiles extends Disposable {
  /** Adds a line to the file of the service that it names, or else of the process that said it. */
  add(process: string, line: string): void;
}

/** Opens the logs of a home. A file that reaches `most` bytes is kept as `.old`, so that a forgotten mesh fills no disk. */
export function openLogs(home: string, most = 16 * 1024 * 1024): LogFiles {
  const folder = logFolder(home);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const open = new Map<string, OpenLog>();
  const fileOf = (name: string): OpenLog => {
    const known = open.get(name);
    if (known && known.size < most) return known;
    const path = join(folder, `${name}.log`);
    if (known) {
      closeSync(known.fd);
      renameSync(path, `${path}.old`);
    }
    const fd = openSync(path, "a", 0o600);
    const made = { fd, size: fstatSync(fd).size };
    open.set(name, made);
    return made;
  };
  return {
    add(process, line) {
      const named = readEntry(line)?.service;
      const file = fileOf(typeof named === "string" && /^[a-z][a-z-]{0,40}$/.test(named) ? named : process);
      try {
        file.size += writeSync(file.fd, `${line}\n`);
      } catch {
        // a full disk must not end the mesh on account of its log
      }
    },
    [Symbol.dispose]() {
      for (const { fd } of open.values()) closeSync(fd);
      open.clear();
    },
  };
}
