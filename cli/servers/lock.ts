import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { alive, type Known, self } from "./process.ts";

/** How to wait for the lock: how long, whether to go on without it, whom to tell, what ends the wait. */
export interface Waiting {
  readonly patienceMs: number;
  readonly regardless?: boolean;
  readonly say?: (line: string) => void;
  readonly signal?: AbortSignal;
}

/** Runs the work while nobody else starts or stops servers under this home. A dead holder's lock is taken over. */
export async function locked<T>(home: string, waiting: Waiting, work: () => Promise<T>): Promise<T> {
  const path = join(home, "run", "lock");
  const held = await take(path, waiting);
  try {
    return await work();
  } finally {
    if (held) rmSync(path, { force: true });
  }
}

async function take(path: string, { patienceMs, regardless, say, signal }: Waiting): Promise<boolean> {
  const mine = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  mkdirSync(join(path, ".."), { recursive: true, mode: 0o700 });
  writeFileSync(mine, JSON.stringify(self()));
  try {
    let told = false;
    for (
      const end = performance.now() + patienceMs;
      !linked(mine, path);
      await sleep(20, undefined, signal && { signal })
    ) {
      const holder = read(path);
      if (holder && !alive(holder)) takeOver(path, holder);
      else if (holder && !told) {
        say?.(`waiting for process ${holder.pid}, which is starting or stopping the servers`);
        told = true;
      }
      if (performance.now() < end) continue;
      if (regardless) return false;
      throw new Error(`process ${holder?.pid} has held ${path} for ${Math.round(patienceMs / 1000)} s`);
    }
    return true;
  } finally {
    rmSync(mine, { force: true });
  }
}

// A link appears whole, with the holder's name in it: there is no moment of an empty lock.
function linked(mine: string, path: string): boolean {
  try {
    linkSync(mine, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

// Two may judge the same lock dead: the slower one gives back what it took from the quicker one.
function takeOver(path: string, dead: Known): void {
  const aside = `${path}.${process.pid}.dead`;
  try {
    renameSync(path, aside);
    if (read(aside)?.identity !== dead.identity) linked(aside, path);
    rmSync(aside, { force: true });
  } catch {
    // somebody else was quicker
  }
}

function read(path: string): Known | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Known;
  } catch {
    return undefined;
  }
}
