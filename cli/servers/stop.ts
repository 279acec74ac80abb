import { execFile } from "node:child_process";
import { rmSync } from "node:fs";
import { promisify } from "node:util";
import { alive, gone, signal } from "./process.ts";
import { forgetRecord, type ServerRecord } from "./record.ts";

const run = promisify(execFile);

/** What became of one server. `stopped` is false only when the system did not let us end it. */
export interface Stopped {
  readonly name: ServerRecord["name"];
  readonly pid: number;
  readonly port: number;
  readonly stopped: boolean;
}

/** Ends a recorded server if it is still the one recorded: asks first, insists after `patienceMs`. */
export async function stopRecorded(home: string, record: ServerRecord, patienceMs = 4000): Promise<Stopped> {
  const { name, pid, port } = record;
  // SIGINT is PostgreSQL's fast shutdown: SIGTERM would wait for every client to leave.
  const stopped = await ended(record, name === "postgres" ? "SIGINT" : "SIGTERM", patienceMs);
  if (record.container) await run("docker", ["rm", "--force", record.container]).catch(() => undefined);
  if (stopped) {
    if (record.discard) rmSync(record.discard, { recursive: true, force: true });
    forgetRecord(home, record);
  }
  return { name, pid, port, stopped };
}

async function ended(record: ServerRecord, first: NodeJS.Signals, patienceMs: number): Promise<boolean> {
  try {
    signal(record, first);
    if (await gone(record, patienceMs)) return true;
    signal(record, "SIGKILL");
    return await gone(record, 2000);
  } catch {
    return !alive(record); // EPERM: another user's process
  }
}

/** Stops several, PostgreSQL last: in it lies what the others can be rebuilt from. */
export async function stopAll(home: string, records: readonly ServerRecord[]): Promise<Stopped[]> {
  const [truth, rest] = [
    records.filter(({ name }) => name === "postgres"),
    records.filter(({ name }) => name !== "postgres"),
  ];
  const stop = (record: ServerRecord) => stopRecorded(home, record);
  return [...(await Promise.all(rest.map(stop))), ...(await Promise.all(truth.map(stop)))];
}
