import cluster, { type Worker } from "node:cluster";
import { once } from "node:events";
import type { Timers } from "../lent.ts";

/** How several processes are led. */
export interface Several {
  readonly count: number;
  /** Of the first; each of the others takes the next. */
  readonly adminPort: number;
  /** Ends them all: they drain, and have gone when the promise of `leadSeveral` resolves. */
  readonly stop: AbortSignal;
  /** What the first tells when all of them serve. */
  readonly ready: (told: unknown) => void;
  readonly say: (words: string) => void;
  readonly timers: Timers;
}

/** One that dies is followed by another, but not faster than this. */
const PAUSE_MS = 1_000;

/**
 * Runs this program several times over, with the same ports: connections go to each in turn, and work on events is divided
 * as among replicas anywhere. Rejects if one of them ends before it serves.
 */
export async function leadSeveral({ count, adminPort, stop, ready, say, timers }: Several): Promise<void> {
  const living = new Set<Worker>();
  const begin = async (place: number): Promise<unknown> => {
    const worker = cluster.fork({ ADMIN_PORT: String(adminPort > 0 ? adminPort + place : adminPort) });
    living.add(worker);
    const ended = once(worker, "exit").then(([code, signal]) => {
      living.delete(worker);
      return signal ? `signal ${signal}` : `exit code ${code}`;
    });
    const told = await Promise.race([once(worker, "message"), ended]);
    if (typeof told === "string") throw new Error(`process ${place + 1} of ${count} did not start: ${told}`);
    void ended.then((how) => follow(place, worker, how));
    return told[0];
  };
  const follow = async (place: number, { process: { pid } }: Worker, how: string): Promise<void> => {
    while (!stop.aborted) {
      say(`process ${pid} ended: ${how}; another takes its place`);
      await timers.sleep(PAUSE_MS, stop).catch(() => undefined); // whoever is asked to stop does not wait for it
      if (stop.aborted) return;
      if (await begin(place).then(Boolean, () => false)) return say(`process ${place + 1} of ${count} serves again`);
    }
  };
  const end = () => {
    for (const worker of living) worker.process.kill("SIGTERM");
  };
  stop.addEventListener("abort", end, { once: true });
  try {
    const told = await Promise.all(Array.from({ length: count }, (_, place) => begin(place)));
    if (stop.aborted) end(); // it came while they were starting
    ready(told[0]);
    if (!stop.aborted) await once(stop, "abort");
  } finally {
    end();
    await Promise.all([...living].map((worker) => once(worker, "exit")));
  }
}
