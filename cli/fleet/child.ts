import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { nodeFlags } from "#mesh/host/heap.ts";
import type { Env } from "../command.ts";

/** The checkout's main.ts, by path: a child is started from it, wherever we stand. */
const mainFile = join(import.meta.dirname, "..", "..", "main.ts");

/** What a process of the mesh tells when it serves. */
export interface Ready {
  readonly services: readonly string[];
  /** Where its services listen for those of other processes. */
  readonly port?: number;
  readonly adminPort?: number;
  /** Addresses open to the outside, by service. */
  readonly edges: Readonly<Record<string, string>>;
}

/** One process of the mesh, from its start to its end. */
export interface Child {
  readonly pid: number;
  /** Rejects when it ends before it serves. */
  readonly ready: Promise<Ready>;
  /** How it ended, in words. */
  readonly ended: Promise<string>;
  signal(name: NodeJS.Signals): void;
}

/**
 * Starts main.ts for some services. The channel to it is also its life line: when we end, however we end, it closes and
 * the child drains and goes. Its own session keeps the terminal's Ctrl-C from it, so that we choose the order of stopping.
 */
export function spawnChild(services: readonly string[], env: Env, onLine: (line: string) => void): Child {
  const child = spawn(process.execPath, [...nodeFlags(), mainFile, ...services], {
    cwd: join(mainFile, ".."),
    detached: true,
    env: { ...env },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  for (const stream of [child.stdout, child.stderr]) if (stream) createInterface(stream).on("line", onLine);
  const ready = Promise.withResolvers<Ready>();
  const ended = Promise.withResolvers<string>();
  child.on("message", (message: { ready?: Ready }) => message.ready && ready.resolve(message.ready));
  child.once("error", ({ message }) => ended.resolve(message));
  child.once("close", (code, signal) => ended.resolve(signal ? `signal ${signal}` : `exit code ${code}`)); // its last words have been read
  void ended.promise.then((how) => ready.reject(new Error(how)));
  ready.promise.catch(() => undefined);
  return { pid: child.pid ?? 0, ready: ready.promise, ended: ended.promise, signal: (name) => void child.kill(name) };
}
