import type { Cli } from "../command.ts";
import { createTalk } from "../terminal/talk.ts";

/** What the process behind a `--detach` tells the one in front, until everything is ready. */
export interface Told {
  readonly say?: string;
  readonly out?: string;
  readonly ready?: boolean;
}

/** Whether this process was started to stay when the one in front leaves. */
export const isBehind = (): boolean => process.argv.includes("--behind");

/** Lends a detached process the terminal of the one that started it, for as long as that one is there. */
export function behind(cli: Cli): Cli {
  const alone = new AbortController();
  process.once("disconnect", () => alone.abort("SIGHUP"));
  const tell = (told: Told) => (process.connected ? process.send?.(told) : process.stderr.write(told.say ?? ""));
  return {
    ...cli,
    // Only while starting: afterwards the one in front is meant to leave, see `released`.
    signal: AbortSignal.any([cli.signal, alone.signal]),
    talk: createTalk({ write: (say) => tell({ say }) }, { live: false, colours: process.env.FORCE_COLOR === "1" }),
    out: (out) => tell({ out }),
  };
}

/** Tells the one in front that everything is ready and it may go. */
export function released(): void {
  if (!process.connected || !isBehind()) return;
  process.removeAllListeners("disconnect");
  process.send?.({ ready: true } satisfies Told, () => process.disconnect());
}
