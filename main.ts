import cluster from "node:cluster";
import { settleHeap } from "#mesh/host/heap.ts";
import { hostConfig } from "#mesh/host/host-config.ts";
import { leadSeveral } from "#mesh/host/several.ts";
import { type Mesh, startMesh } from "#mesh/host.ts";
import { realLent } from "#mesh/lent.ts";
import { gateway } from "./gateway/index.ts";
import { content } from "./services/content/index.ts";
import { identity } from "./services/identity/index.ts";
import { socialGraph } from "./services/social-graph/index.ts";
import { timeline } from "./services/timeline/index.ts";

/** Every service of the mesh; whoever is called stands before whoever calls. */
export const everything = [socialGraph, identity, content, timeline, gateway];

if (import.meta.main) await start();

async function start(): Promise<void> {
  settleHeap();
  const { processes, adminPort } = await Promise.try(hostConfig).catch((error: unknown) => leave(1, wordsOf(error)));
  if (cluster.isPrimary && processes > 1) await lead(processes, adminPort);
  else await serve(process.argv.slice(2));
}

/** Lets several processes do what this one was started for. */
async function lead(count: number, adminPort: number): Promise<void> {
  const stop = new AbortController();
  void askedToStop().then(() => stop.abort());
  const ready = (told: unknown) => void process.send?.(told);
  const say = (words: string) => void process.stderr.write(`${words}\n`);
  const { timers } = realLent();
  await leadSeveral({ count, adminPort, stop: stop.signal, ready, say, timers }).catch((error: Error) => {
    if (!stop.signal.aborted) leave(1, error.message);
  });
  leave(0);
}

/** Runs the named services, all if none is named, until SIGINT, SIGTERM or the end of whoever started them; then drains. */
async function serve(names: readonly string[]): Promise<void> {
  const known = everything.map(({ name }) => name);
  const strangers = names.filter((name) => !known.includes(name));
  if (strangers.length > 0) leave(2, `there is no service ${strangers.join(", ")}; there are ${known.join(", ")}`);
  const asked = askedToStop();
  let mesh: Mesh | undefined;
  void asked.then(() => mesh ?? leave(0)); // nothing is under way before the start is over
  mesh = await startMesh(everything, names.length > 0 ? { only: new Set(names) } : {}).catch((error: unknown) =>
    leave(1, wordsOf(error)),
  );
  process.send?.({ ready: addressesOf(mesh) });
  await asked;
  setTimeout(() => leave(1, "calls under way were cut: the time to drain is over"), mesh.config.drain).unref();
  await mesh[Symbol.asyncDispose]();
  leave(0);
}

/** Where the services of this process are reached, for a supervisor that let the system choose the ports. */
function addressesOf({ running, port, adminPort, edges }: Mesh): object {
  const urls = [...edges].flatMap(([name, edge]) => ("url" in edge ? [[name, edge.url]] : []));
  return { services: running.map(({ service }) => service.name), port, adminPort, edges: Object.fromEntries(urls) };
}

function askedToStop(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  process.once("SIGINT", resolve).once("SIGTERM", resolve);
  if (process.send) process.once("disconnect", resolve); // the supervisor is gone, killed perhaps: nobody may outlive it
  return promise;
}

// A declaration: the call at the top runs before any constant below it exists.
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.name === "ConfigError" ? error.message : (error.stack ?? error.message);
}

function leave(code: number, words?: string): never {
  if (words) process.stderr.write(`${words}\n`);
  process.exit(code);
}
