import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Known } from "./process.ts";

/** The three servers, in the order in which they are named everywhere. */
export const serverNames = ["postgres", "redis", "nats"] as const;
export type ServerName = (typeof serverNames)[number];

/** What home remembers of a server that we started: enough to find it, to prove it ours and to stop it. */
export interface ServerRecord extends Known {
  readonly name: ServerName;
  readonly port: number;
  readonly version: string;
  readonly data: string;
  readonly owner: Known & { readonly token: string };
  /** The Docker container behind the process, if it is one. */
  readonly container?: string;
  /** A directory outside home that must go when the server stops. */
  readonly discard?: string;
}

const directory = (home: string) => join(home, "run");

/** Writes at once and whole: a reader sees the old record or the new one. */
export function writeRecord(home: string, record: ServerRecord): void {
  const path = join(directory(home), `${record.name}.json`);
  mkdirSync(directory(home), { recursive: true, mode: 0o700 });
  writeFileSync(`${path}.new`, JSON.stringify(record, null, 2));
  renameSync(`${path}.new`, path);
}

/** All records under home, alive or not; a torn or foreign file counts as none. */
export function readRecords(home: string): ServerRecord[] {
  return serverNames.flatMap((name) => {
    try {
      const record = JSON.parse(readFileSync(join(directory(home), `${name}.json`), "utf8")) as ServerRecord;
      return Number.isInteger(record.pid) && record.pid > 1 && record.identity && record.owner?.token
        ? [{ ...record, name }]
        : [];
    } catch {
      return [];
    }
  });
}

/** Forgets the record, unless another host has written its own since. */
export function forgetRecord(home: string, { name, owner }: ServerRecord): void {
  const current = readRecords(home).find((record) => record.name === name);
  if (current && current.owner.token !== owner.token) return;
  rmSync(join(directory(home), `${name}.json`), { force: true });
}
