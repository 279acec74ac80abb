import { createClient, type Transport } from "@connectrpc/connect";
import type { Logger } from "pino";
import { SessionService } from "#gen/skein/identity/v1/session_service_pb.ts";
import type { Bus } from "../bus.ts";
import type { Revocations } from "../identity/revocations.ts";
import type { Lent } from "../lent.ts";
import type { Logged } from "../log/logged.ts";

const POLL_MS = 10_000;

interface Parts {
  readonly transport: Transport;
  readonly revocations: Revocations;
  readonly bus: Bus;
  readonly logged: Logged;
  readonly lent: Lent;
  readonly log: Logger;
}

/** Keeps a process's set of revocations current: at once after a wake, within ten seconds without one. */
export function watchRevocations({
  transport,
  revocations,
  bus,
  logged,
  lent,
  log,
}: Parts): AsyncDisposable & { poll(): Promise<void> } {
  const identity = createClient(SessionService, transport);
  const stop = new AbortController();
  let position = 0n;
  let running: Promise<void> | undefined;
  let again = false;

  const fetchAll = async () => {
    for (let more = true; more; ) {
      const answer = await identity.listRevocations({ since: position, limit: 1000 }, { signal: stop.signal });
      revocations.add(answer.revocations);
      if (answer.position < position)
        position = 0n; // the database was restored: begin again
      else position = answer.position;
      more = answer.more;
    }
    revocations.prune(lent.clock.now());
  };
  // One round at a time; a wake during a round starts another, for it may concern what the round has passed already.
  const poll = (): Promise<void> => {
    again = running !== undefined;
    running ??= fetchAll()
      .catch((error) => void (stop.signal.aborted || log.warn({ cause: String(error) }, "revocations not fetched")))
      .finally(() => {
        running = undefined;
        if (again && !stop.signal.aborted) return poll();
      });
    return running;
  };
  const timer = lent.timers.every(POLL_MS, () => void poll());
  bus.onWake("identity", () => void poll());
  const told = logged.on("identity", () => void poll());
  return {
    poll,
    async [Symbol.asyncDispose]() {
      timer[Symbol.dispose]();
      told();
      stop.abort();
      await running;
    },
  };
}
