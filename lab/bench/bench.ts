import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Choice } from "../../cli/bench/choice.ts";
import { openStores, type Stores } from "../../cli/demo/stores.ts";
import { type BenchGround, startBenchGround } from "./ground.ts";
import type { Limit } from "./limits/job.ts";
import type { Job, Outcome } from "./load/job.ts";
import { startWorker, type Worker } from "./worker.ts";

/** Everything that measures work with. */
export interface Bench {
  readonly choice: Choice;
  readonly ground: BenchGround;
  readonly stores: Stores;
  /** The stock server. */
  readonly anchor: { readonly url: string; readonly pid: number };
  readonly generator: Worker<Job, Outcome>;
  readonly limits: Worker<Limit, number>;
  readonly signal: AbortSignal;
  /** Tells whoever waits what goes on. */
  say(text: string): void;
  /** Things that several measures use, made by the first. */
  once<T>(name: string, make: () => Promise<T>): Promise<T>;
}

/** Starts a mesh on servers of its own, the load generator, and what everything is compared with. */
export async function startBench(
  choice: Choice,
  { signal, say, scope }: Pick<Bench, "signal" | "say"> & { scope: AsyncDisposableStack },
): Promise<Bench> {
  say("servers and mesh");
  const ground = scope.use(await startBenchGround(choice.shape));
  const stores = await openStores(ground.env, scope);
  const made = new Map<string, Promise<unknown>>();
  return {
    ...{ choice, ground, stores, signal, say },
    anchor: await startAnchor(scope),
    generator: scope.use(startWorker<Job, Outcome>("load/generator.ts")),
    limits: scope.use(startWorker<Limit, number>("limits/limits.ts")),
    once<T>(name: string, make: () => Promise<T>): Promise<T> {
      const known = made.get(name) ?? make();
      made.set(name, known);
      return known as Promise<T>;
    },
  };
}

async function startAnchor(scope: AsyncDisposableStack): Promise<Bench["anchor"]> {
  const child = fork(join(import.meta.dirname, "anchor.ts"), [], { stdio: ["ignore", "ignore", "inherit", "ipc"] });
  scope.defer(() => void child.kill());
  const [{ url }] = (await once(child, "message")) as [{ url: string }];
  return { url, pid: child.pid ?? 0 };
}
