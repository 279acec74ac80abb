import { existsSync } from "node:fs";
import { join } from "node:path";
import { elsewhere } from "./home.ts";
import { locked } from "./lock.ts";
import { clearPostmaster } from "./postmaster.ts";
import { blameFiles } from "./preflight.ts";
import { alive, commandOf } from "./process.ts";
import { readRecords, type ServerRecord } from "./record.ts";
import { type Stopped, stopAll } from "./stop.ts";

/** A server of this home that is alive now; `owner` is the pid of the host that started it. */
export type Running = Pick<ServerRecord, "name" | "pid" | "port" | "version" | "data"> & { readonly owner: number };

/** The servers started under this home that still run; pids that strangers have inherited do not count. */
export function serversRunning(home: string): Running[] {
  return readRecords(home)
    .filter(alive)
    .map(({ name, pid, port, version, data, owner }) => ({ name, pid, port, version, data, owner: owner.pid }));
}

/** Stops everything started under this home, whoever started it and however that one ended. Nothing to stop is no error. */
export async function stopServers(home: string): Promise<Stopped[]> {
  if (!existsSync(join(home, "run"))) return [];
  try {
    return await locked(home, { patienceMs: 5000, regardless: true }, async () => {
      const records = readRecords(home);
      const living = new Set(records.filter(alive).map(({ name }) => name));
      const stopped = await stopAll(home, records);
      return [...stopped.filter(({ name }) => living.has(name)), ...(await unrecorded(home))];
    });
  } catch (error) {
    throw blameFiles(error, home) ?? error;
  }
}

// The record can be lost, postmaster.pid in the data directory says it again.
async function unrecorded(home: string): Promise<Stopped[]> {
  const found = await Promise.all([home, elsewhere(home)].map((base) => clearPostmaster(join(base, "postgres"))));
  return found
    .filter((pid) => pid !== undefined)
    .map((pid) => ({ name: "postgres", pid, port: 0, stopped: commandOf(pid) === "" }));
}

/** Clears the ground for a start: a server whose host is dead is stopped, one whose host lives is answered. */
export async function takeStock(home: string, say: (line: string) => void): Promise<ServerRecord[]> {
  const records = readRecords(home);
  const kept = records.filter((record) => alive(record) && alive(record.owner));
  const orphans = records.filter((record) => !kept.includes(record));
  for (const { name, pid } of orphans.filter(alive)) say(`stopping ${name} (pid ${pid}), whose host has died`);
  await stopAll(home, orphans);
  return kept;
}
