import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

/** A process that is started again whenever it ends, until disposed. */
export interface Kept extends AsyncDisposable {
  readonly deaths: number;
  /** Resolves when it serves. */
  ready(): Promise<void>;
  signal(name: NodeJS.Signals): void;
  /** Ends it as a power cut would, and resolves when it serves again. */
  kill(): Promise<void>;
}

/** Keeps one of the pair running; its environment may differ from life to life. */
export function keepWorker(name: string, env: (deaths: number) => Record<string, string>): Kept {
  let deaths = 0;
  let over = false;
  let child: ChildProcess;
  let serving: Promise<void>;
  const start = () => {
    child = fork(join(import.meta.dirname, "worker.ts"), [name], {
      env: { PATH: process.env.PATH, ...env(deaths) },
      stdio: ["ignore", process.env.TEST_LOG ? "inherit" : "ignore", "inherit", "ipc"],
    });
    const mine = child;
    const { promise, resolve } = Promise.withResolvers<void>();
    serving = promise;
    mine.once("message", () => resolve());
    mine.once("exit", () => {
      if (over) return resolve();
      deaths++;
      start();
      void serving.then(resolve);
    });
  };
  start();
  return {
    get deaths() {
      return deaths;
    },
    ready: () => serving,
    signal: (what) => void child.kill(what),
    async kill() {
      const gone = once(child, "exit");
      child.kill("SIGKILL");
      await gone;
      await serving;
    },
    async [Symbol.asyncDispose]() {
      over = true;
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, "exit");
      child.kill("SIGKILL");
      await gone;
    },
  };
}
