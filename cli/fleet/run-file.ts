import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { locked } from "../servers/lock.ts";
import { Preflight } from "../servers/preflight.ts";
import { alive, gone, type Known, self, signal } from "../servers/process.ts";
import { lasting } from "../terminal/words.ts";

/** A process of the mesh as run.json names it. */
export interface RunProcess extends Known {
  readonly name: string;
  readonly services: readonly string[];
  readonly port?: number;
  readonly adminPort?: number;
}

/** What is running under a home: enough to find it, to prove it ours and to stop it. */
export interface Run {
  readonly supervisor: Known;
  readonly state: "starting" | "ready" | "stopping";
  readonly shape: "one process" | "split";
  readonly since: string;
  readonly version: string;
  /** Where everybody reaches it. */
  readonly url?: string;
  readonly processes: readonly RunProcess[];
}

const pathOf = (home: string): string => join(home, "run.json");

/** What run.json says, whether it still holds or not; a torn or foreign file counts as none. */
export function readRun(home: string): Run | undefined {
  try {
    const run = JSON.parse(readFileSync(pathOf(home), "utf8")) as Run;
    return isKnown(run.supervisor) && Array.isArray(run.processes) && run.processes.every(isKnown) ? run : undefined;
  } catch {
    return undefined;
  }
}

/** What runs under a home now, its supervisor alive. */
export function runningNow(home: string): Run | undefined {
  const run = readRun(home);
  return run && alive(run.supervisor) ? run : undefined;
}

/** Takes the home for this process, or refuses and says who has it. What a dead supervisor left is ended first. */
export async function claimRun(home: string, run: Omit<Run, "supervisor" | "state" | "processes">): Promise<Run> {
  const mine: Run = { ...run, supervisor: self(), state: "starting", processes: [] };
  refuseSecond(home);
  await locked(home, { patienceMs: 180_000 }, async () => {
    refuseSecond(home);
    for (const left of readRun(home)?.processes ?? []) await endProcess(left, 1_000);
    rmSync(pathOf(home), { force: true });
    writeFileSync(`${pathOf(home)}.${process.pid}`, JSON.stringify(mine, null, 2), { mode: 0o600 });
    linkSync(`${pathOf(home)}.${process.pid}`, pathOf(home));
    rmSync(`${pathOf(home)}.${process.pid}`);
  });
  return mine;
}

/** Writes run.json at once and whole. */
export function writeRun(home: string, run: Run): void {
  writeFileSync(`${pathOf(home)}.new`, JSON.stringify(run, null, 2), { mode: 0o600 });
  renameSync(`${pathOf(home)}.new`, pathOf(home));
}

/** Forgets a run, unless it is somebody else's by now. */
export function forgetRun(home: string, { supervisor }: Pick<Run, "supervisor">): void {
  const current = readRun(home);
  if (!current || (current.supervisor.pid === supervisor.pid && current.supervisor.identity === supervisor.identity))
    rmSync(pathOf(home), { force: true });
}

/** Asks a process to end, insists after the patience. False when the system does not let us. */
export async function endProcess(known: Known, patienceMs: number): Promise<boolean> {
  try {
    signal(known, "SIGTERM");
    if (await gone(known, patienceMs)) return true;
    signal(known, "SIGKILL");
    return await gone(known, 2_000);
  } catch {
    return !alive(known);
  }
}

/** Words for a run that stands in the way of another. */
export function alreadyRunning({ state, supervisor, since, url }: Run, now = Date.now()): Preflight {
  const age = lasting(now - Date.parse(since));
  const where =
    state === "ready" ? `already running (up ${age}, since ${since}) at ${url}` : `already ${state} (for ${age})`;
  return new Preflight(
    "ALREADY_RUNNING",
    `${where}, pid ${supervisor.pid}`,
    "see: ./skein status · or stop it: ./skein down",
  );
}

function refuseSecond(home: string): void {
  const other = runningNow(home);
  if (other) throw alreadyRunning(other);
}

const isKnown = (known: Partial<Known> | undefined): boolean =>
  Number.isInteger(known?.pid) && (known?.pid ?? 0) > 1 && typeof known?.identity === "string";
