import type { Kind } from "./kind.ts";
import { Preflight, reasonOf } from "./preflight.ts";
import { untilReady } from "./ready.ts";
import type { ServerRecord } from "./record.ts";

// Its log and its end are not ours to know.
const stranger = { log: "", ended: () => undefined };

/** Makes sure that a server we did not start answers, and what it is. */
export async function checkGiven(kind: Kind, url: string, signal?: AbortSignal): Promise<string> {
  return await untilReady(kind.name, stranger, 3000, () => kind.greet(url), signal).catch((error: unknown) => {
    if (signal?.aborted || (error instanceof Preflight && !error.code.endsWith("_DIED"))) throw error;
    const reason = reasonOf((error as Error).cause ?? error);
    throw new Preflight(
      `${kind.name.toUpperCase()}_UNREACHABLE`,
      `${kind.variable} names ${hostOf(url)}, which does not answer (${reason})`,
      `start it, or unset ${kind.variable} and Skein brings its own`,
      error,
    );
  });
}

/** Makes sure that a server which another host started answers. */
export async function checkRunning(
  kind: Kind,
  home: string,
  { pid, port }: ServerRecord,
  signal?: AbortSignal,
): Promise<string> {
  return await untilReady(kind.name, stranger, 5000, () => kind.greet(kind.url(home, port)), signal).catch(
    (error: unknown) => {
      signal?.throwIfAborted();
      throw new Preflight(
        `${kind.name.toUpperCase()}_STUCK`,
        `${kind.name} (pid ${pid}) was started by another Skein and does not answer on port ${port}`,
        "run: ./skein down",
        error,
      );
    },
  );
}

/** Host and port of a URL, never its password. */
function hostOf(url: string): string {
  return URL.parse(url.split(",")[0] ?? "")?.host || "an unreadable address";
}
