import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { connect } from "./postgres-client.ts";
import { gone, identityOf, type Known } from "./process.ts";
import { stopServers } from "./running.ts";
import type { About, ServerOptions } from "./servers.ts";

/** A home of its own for one test; whatever still runs under it is stopped and it is removed at the end. */
export function temporaryHome(): AsyncDisposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), "skein-servers-"));
  return {
    path,
    [Symbol.asyncDispose]: async () => {
      await stopServers(path);
      rmSync(path, { recursive: true, force: true });
    },
  };
}

/** Another process that has started the servers of a home and holds them. */
export interface Host extends AsyncDisposable {
  readonly child: ChildProcess;
  readonly about: readonly (About & { readonly pid: number })[];
}

/** Starts such a process and waits until its servers are ready. */
export async function startHost(home: string): Promise<Host> {
  const child = spawn(process.execPath, [join(import.meta.dirname, "testing-host.ts"), home], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const known = { pid: child.pid ?? 0, identity: identityOf(child.pid ?? 0) ?? "?" };
  for await (const line of createInterface(child.stdout)) {
    const about = JSON.parse(line) as Host["about"];
    return { child, about, [Symbol.asyncDispose]: () => endHost(child, known) };
  }
  throw new Error("the host ended before its servers were ready");
}

async function endHost(child: ChildProcess, known: Known): Promise<void> {
  child.kill("SIGTERM");
  if (!(await gone(known, 10_000))) child.kill("SIGKILL");
}

/** Rows of one statement, through a connection of its own. */
export async function query(url: string, sql: string): Promise<unknown[]> {
  const client = await connect(url);
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

/** Options of a start whose data nobody will miss. */
export function fleeting(home: string, more: Partial<ServerOptions> = {}): ServerOptions {
  return { home, durable: false, ...more };
}

/** Which server was got how, in words. */
export const hows = (about: readonly About[]): string[] => about.map(({ name, how }) => `${name} ${how}`);

/** The processes behind the servers, recognisable after their end. */
export function marked(about: readonly About[]): Known[] {
  return about.map(({ pid = 0 }) => ({ pid, identity: identityOf(pid) ?? "?" }));
}
