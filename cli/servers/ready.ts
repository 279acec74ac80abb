import { setTimeout as sleep } from "node:timers/promises";
import type { Started } from "./guard.ts";
import { tailOf } from "./log.ts";
import { Preflight } from "./preflight.ts";

/** Asks again until the server answers; ends early when it dies, and names the end of its log. */
export async function untilReady<T>(
  name: string,
  server: Pick<Started, "log" | "ended">,
  patienceMs: number,
  ask: () => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  for (
    const end = performance.now() + patienceMs;
    ;
    await sleep(15, undefined, { ref: true, ...(signal && { signal }) })
  ) {
    signal?.throwIfAborted();
    const ending = server.ended();
    if (ending) throw died(name, `${name} ended at start (${ending})`, server.log);
    try {
      return await ask();
    } catch (error) {
      if (error instanceof Preflight) throw error;
      if (performance.now() > end)
        throw died(name, `${name} did not answer in ${Math.round(patienceMs / 1000)} s`, server.log, error);
    }
  }
}

function died(name: string, what: string, log: string, cause?: unknown): Preflight {
  const tail = tailOf(log);
  const code = `${name.toUpperCase()}_DIED`;
  if (/address (is )?already in use|Address in use/i.test(tail))
    return new Preflight("PORT_TAKEN", `${what}: its port was taken`, "try again", cause);
  if (/No space left|ENOSPC|insufficient storage/i.test(what + tail))
    return new Preflight(
      "DISK_FULL",
      `${what}: the disk is full`,
      "free some space, or set SKEIN_HOME to another disk",
      cause,
    );
  const words = tail ? `; the end of ${log}:\n${tail.replace(/^/gm, "  | ")}\n` : "";
  return new Preflight(code, `${what}${words}`, `mend what the log names, or start afresh: ./skein reset`, cause);
}
