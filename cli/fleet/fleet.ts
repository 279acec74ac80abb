import { setTimeout as sleep } from "node:timers/promises";
import type { Ready } from "./child.ts";
import { type Kept, keep, type Post, StartFailure, type Watcher } from "./keeper.ts";

/** Processes that serve, kept running. Disposing drains the edges first, then the rest, so that no call under way finds nobody. */
export interface Fleet extends AsyncDisposable {
  readonly kept: readonly Kept[];
  /** What each told when it last began to serve. */
  readonly told: ReadonlyMap<string, Ready>;
  of(name: string): Kept;
}

/** How long a drain may last before it is cut short. */
export interface Patience {
  readonly edgesMs: number;
  readonly restMs: number;
}

const START_MS = 60_000;

/** Starts all processes at once and waits until each serves; if one cannot, all are stopped again. */
export async function startFleet(
  posts: readonly Post[],
  watcher: Watcher,
  patience: Patience,
  signal?: AbortSignal,
): Promise<Fleet> {
  const told = new Map<string, Ready>();
  const onReady: Watcher["onReady"] = (name, ready, pid) => {
    told.set(name, ready);
    watcher.onReady(name, ready, pid);
  };
  const kept = posts.map((post) => keep(post, { ...watcher, onReady }));
  const stop = async () => {
    const isEdge = ({ name }: Kept) => Object.keys(told.get(name)?.edges ?? {}).length > 0;
    await Promise.all(kept.filter(isEdge).map((one) => one.stop(patience.edgesMs)));
    await Promise.all(kept.filter((one) => !isEdge(one)).map((one) => one.stop(patience.restMs)));
  };
  const over = new AbortController();
  const late = sleep(START_MS, undefined, { signal: over.signal, ref: false }).then(() => {
    const missing = kept.filter(({ name }) => !told.has(name)).map(({ name }) => name);
    throw new Error(`${missing.join(", ")} did not serve within ${START_MS / 1000} s`);
  });
  const asked = new Promise<never>((_resolve, reject) =>
    signal?.addEventListener("abort", () => reject(signal.reason), { signal: over.signal }),
  );
  for (const promise of [late, asked]) promise.catch(() => undefined);
  try {
    signal?.throwIfAborted();
    await Promise.race([Promise.all(kept.map((one) => one.ready())), late, asked]);
  } catch (error) {
    await stop();
    throw error;
  } finally {
    over.abort();
  }
  let stopping: Promise<void> | undefined;
  return {
    kept,
    told,
    of(name) {
      const found = kept.find((one) => one.name === name);
      if (!found) throw new Error(`there is no process ${name}; there are ${kept.map((one) => one.name).join(", ")}`);
      return found;
    },
    [Symbol.asyncDispose]: () => {
      stopping ??= stop();
      return stopping;
    },
  };
}

/** Starts a fleet on ports that were free a moment ago; if somebody else was quicker, once more on others. */
export async function startOnFreePorts(posts: () => Promise<readonly Post[]>, ...rest: Rest): Promise<Fleet> {
  try {
    return await startFleet(await posts(), ...rest);
  } catch (error) {
    if (!(error instanceof StartFailure && error.tail.some((line) => line.includes("EADDRINUSE")))) throw error;
    return startFleet(await posts(), ...rest);
  }
}

type Rest = [watcher: Watcher, patience: Patience, signal?: AbortSignal];
