import { setTimeout as sleep } from "node:timers/promises";
import type { Env } from "../command.ts";
import { type Child, type Ready, spawnChild } from "./child.ts";

/** A process that is to run: its name and what it serves. */
export interface Post {
  readonly name: string;
  readonly services: readonly string[];
  readonly env: Env;
}

/** Told about the life of the processes. */
export interface Watcher {
  readonly onLine: (name: string, line: string) => void;
  /** It serves, for the first time or again. */
  readonly onReady: (name: string, ready: Ready, pid: number) => void;
  /** It ended though nobody asked it to; it will be started again after `restartInMs`. */
  readonly onDeath: (name: string, how: string, tail: readonly string[], restartInMs: number) => void;
}

/** A process that is kept running. */
export interface Kept {
  readonly name: string;
  readonly pid: number;
  /** Resolves when it serves, now or after its next start. Rejects if its first start failed. */
  ready(): Promise<Ready>;
  /** Ends it as a crash would; it is started again. */
  kill(): Promise<void>;
  /** Asks it to drain, insists after the patience; it stays ended. */
  stop(patienceMs: number): Promise<void>;
}

const TAIL = 20;
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 10_000;
const STEADY_MS = 30_000;

/** The first start of a process failed; `tail` is the last it said. */
export class StartFailure extends Error {
  override readonly name = "StartFailure";
  readonly tail: readonly string[];
  constructor(process: string, how: string, tail: readonly string[]) {
    super(`${process} did not start (${how})`);
    this.tail = tail;
  }
}

/** Starts a process and starts it again, less and less eagerly, whenever it dies. */
export function keep({ name, services, env }: Post, watcher: Watcher): Kept {
  const tail: string[] = [];
  const stopping = new AbortController();
  let ready = promised();
  let child = start();
  const life = live();

  function start(): Child {
    return spawnChild(services, env, (line) => {
      tail.push(line);
      if (tail.length > TAIL) tail.shift();
      watcher.onLine(name, line);
    });
  }

  async function live(): Promise<void> {
    let served = false;
    for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
      const began = performance.now();
      void child.ready.then(
        (told) => {
          served = true;
          ready.resolve(told);
          watcher.onReady(name, told, child.pid);
        },
        () => undefined,
      );
      const how = await child.ended;
      if (stopping.signal.aborted) return ready.reject(new Error(`${name} has been stopped`));
      if (!served) return ready.reject(new StartFailure(name, how, [...tail]));
      if (performance.now() - began > STEADY_MS) wait = FIRST_WAIT_MS;
      ready = promised(ready);
      watcher.onDeath(name, how, [...tail], wait);
      tail.length = 0;
      const due = await sleep(wait, true, { signal: stopping.signal }).catch(() => false);
      if (!due) return ready.reject(new Error(`${name} has been stopped`));
      child = start();
    }
  }

  return {
    name,
    get pid() {
      return child.pid;
    },
    ready: () => ready.promise,
    async kill() {
      const { ended } = child;
      ready = promised(ready); // from now on "ready" means the next life
      child.signal("SIGKILL");
      await ended;
    },
    async stop(patienceMs) {
      stopping.abort();
      child.signal("SIGTERM");
      const insist = setTimeout(() => child.signal("SIGKILL"), patienceMs);
      await life;
      clearTimeout(insist);
    },
  };
}

type Promised = PromiseWithResolvers<Ready>;

/** A promise that may be rejected with nobody looking; whoever still waits for the one before waits for this one. */
function promised(before?: Promised): Promised {
  const made = Promise.withResolvers<Ready>();
  made.promise.catch(() => undefined);
  if (before) made.promise.then(before.resolve, before.reject);
  return made;
}
