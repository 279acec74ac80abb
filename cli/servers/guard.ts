import { spawn } from "node:child_process";
import { closeSync } from "node:fs";
import { join } from "node:path";
import { logOf, openLog } from "./log.ts";
import { Preflight } from "./preflight.ts";
import type { Known } from "./process.ts";
import type { ServerRecord } from "./record.ts";

/** A command line ready to run. */
export interface Launch {
  readonly file: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly user?: { readonly uid: number; readonly gid: number };
}

/** What a record says before there is a process. */
export type Unborn = Omit<ServerRecord, keyof Known>;

/** A server process: who it is, and how it ended if it has. */
export interface Started extends Known {
  readonly log: string;
  ended(): string | undefined;
}

/** What the host asks of the watchdog, and what it hears back. */
export type Order = { readonly launch: Launch; readonly record: Unborn };
export type Answer = { readonly name: string; readonly born?: Known; readonly ending?: string };

/** The parent of our servers. It outlives us by a moment, in which it stops them. */
export interface Guard {
  start(launch: Launch, record: Unborn): Promise<Started>;
  /** Lets it go and waits until it has ended. */
  release(): Promise<void>;
}

/**
 * Starts the watchdog. It, not we, spawns the servers: a host killed between a spawn and its record would leave a server
 * that nobody knows.
 */
export function startGuard(home: string, token: string): Guard {
  const log = openLog(home, "watchdog");
  // Own session (a Ctrl-C must not reach it), own bare environment (no coverage, inspector or loader of the host).
  const child = spawn(process.execPath, [join(import.meta.dirname, "watchdog.ts"), home, token], {
    cwd: "/",
    detached: true,
    env: Object.fromEntries(Object.entries(process.env).filter(([name]) => /^(PATH|HOME|DOCKER_\w+)$/.test(name))),
    stdio: ["ignore", log, log, "ipc"],
  });
  closeSync(log);
  const hearing = new Map<string, (answer: Answer) => void>();
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()).once("error", () => resolve()));
  child.on("message", (answer: Answer) => hearing.get(answer.name)?.(answer));
  child.unref();
  child.channel?.unref();

  let awaited = 0;
  const start = async (launch: Launch, record: Unborn): Promise<Started> => {
    let ending: string | undefined;
    const born = new Promise<Known>((resolve) => {
      hearing.set(record.name, (answer) => {
        if (answer.born) resolve(answer.born);
        ending ??= answer.ending;
      });
    });
    const order: Order = { launch, record };
    if (++awaited === 1) child.channel?.ref(); // nothing else keeps us alive until the last answer
    child.send(order, () => undefined);
    const known = await Promise.race([born, ended]);
    if (--awaited === 0) child.channel?.unref();
    if (!known) throw new Preflight("WATCHDOG_DIED", "the servers' watchdog ended", `read ${logOf(home, "watchdog")}`);
    return { ...known, log: logOf(home, record.name), ended: () => ending };
  };
  const release = async () => {
    child.ref();
    if (child.connected) child.disconnect();
    await ended;
  };
  return { start, release };
}
