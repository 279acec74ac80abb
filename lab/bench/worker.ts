import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { nodeFlags } from "#mesh/host/heap.ts";

/** A process of our own that does one job after the other. */
export interface Worker<Job, Answer> extends AsyncDisposable {
  run(job: Job): Promise<Answer>;
}

interface Heard<Answer> {
  readonly answer?: Answer;
  readonly failure?: string;
}

/** A pause of whoever calls would count as one of whoever is called: what came is let go soon, before it adds up to one. */
export const seldomPausing = (): string[] => [
  "--max-semi-space-size=16",
  "--no-allocation-site-pretenuring",
  "--heap-growing-percent=300",
  ...nodeFlags(),
];

/** Starts a file of this folder as a worker. It ends with us, however we end. */
export function startWorker<Job extends object, Answer>(file: string): Worker<Job, Answer> {
  const child = fork(join(import.meta.dirname, file), [], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    execArgv: seldomPausing(),
  });
  const ended = once(child, "exit").then((): Heard<Answer> => ({ failure: `${file} ended` }));
  return {
    async run(job) {
      const heard = once(child, "message").then(([message]) => message as Heard<Answer>);
      child.send(job);
      const { answer, failure } = await Promise.race([heard, ended]);
      if (answer === undefined) throw new Error(failure);
      return answer;
    },
    async [Symbol.asyncDispose]() {
      child.kill();
      await ended;
    },
  };
}
