import { randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { connect, type Msg, type NatsConnection, type Subscription } from "@nats-io/transport-node";
import type { Logger } from "pino";

/** The one connection to NATS: wakes between processes, and what the courier of the log needs. */
export interface Bus extends AsyncDisposable {
  readonly up: boolean;
  /** While it is up. */
  readonly connection: NatsConnection | undefined;
  /** Tells the other processes that a service wrote something. A lost wake costs the wait until the next poll, nothing else. */
  wake(service: string): void;
  onWake(service: string, listener: () => void): void;
  /** Sends to whoever listens now; nobody learns if it was lost. */
  say(subject: string, data?: Uint8Array): void;
  /** Hears what is said on a subject as long as the bus is up; it goes on by itself after an outage. */
  hear(subject: string, listener: (message: Msg) => void): Disposable;
  /** Fires each time when the bus comes up, and soon if it is up already. */
  onUp(listener: () => void): Disposable;
}

/** How the bus is reached. */
export interface BusOptions {
  readonly url: string;
  readonly namespace: string;
  readonly log: Logger;
  readonly onChange: (up: boolean) => void;
}

interface Hearing {
  readonly subject: string;
  readonly listener: (message: Msg) => void;
  subscription?: Subscription;
}

const REDIAL_MS = 500;
/** A server that hangs is given up after three of these. */
const PING_MS = 5_000;

/** Starts connecting and does not wait for it: no user's write and no start may hang on NATS. */
export function openBus({ url, namespace, log, onChange }: BusOptions): Bus {
  const stop = new AbortController();
  const self = randomBytes(8);
  const hearings = new Set<Hearing>();
  const waiting = new Set<() => void>();
  let connection: NatsConnection | undefined;
  let up = false;

  const turn = (now: boolean) => {
    up = now;
    onChange(now);
    if (now) for (const listener of waiting) guarded(listener);
  };
  // An error that escaped into the client would end its reading for good, without a word.
  const guarded = (act: () => void) => {
    try {
      act();
    } catch (error) {
      log.error({ cause: error }, "nats listener failed");
    }
  };
  const subscribe = (hearing: Hearing) => {
    if (!connection || connection.isClosed()) return;
    hearing.subscription = connection.subscribe(hearing.subject, {
      callback: (error, message) =>
        error ? log.warn({ cause: error }, "nats subscription") : guarded(() => hearing.listener(message)),
    });
  };

  async function follow(made: NatsConnection): Promise<void> {
    connection = made;
    for (const hearing of hearings) subscribe(hearing);
    turn(true);
    for await (const { type } of made.status()) {
      if (type !== "disconnect" && type !== "reconnect") continue;
      log.info({ event: type }, "nats");
      turn(type === "reconnect");
    }
    if (up) turn(false);
  }
  async function dial(): Promise<void> {
    for (let said = false; !stop.signal.aborted; ) {
      try {
        const made = await connect({
          servers: url,
          name: namespace,
          timeout: 3_000,
          maxReconnectAttempts: -1,
          reconnectTimeWait: REDIAL_MS,
          ignoreAuthErrorAbort: true, // credentials may be in the middle of their rotation
          pingInterval: PING_MS,
          noAsyncTraces: true,
        });
        said = false;
        if (stop.signal.aborted) await made.close();
        else await follow(made);
      } catch (error) {
        if (!said) log.warn({ cause: error }, "nats is out of reach");
        said = true;
      }
      await pause(REDIAL_MS, undefined, { signal: stop.signal, ref: false }).catch(() => undefined);
    }
  }
  const dialing = dial();

  const wakes = (service: string) => `${namespace}.wake.${service}`;
  const bus: Bus = {
    get up() {
      return up;
    },
    get connection() {
      return up ? connection : undefined;
    },
    // Whoever wrote here was told here: the wake is for the others.
    wake: (service) => bus.say(wakes(service), self),
    onWake: (service, listener) =>
      void bus.hear(wakes(service), ({ data }) => {
        if (!self.equals(data)) listener();
      }),
    say(subject, data) {
      if (!up) return; // the client would keep it for later, and keep it, and keep it
      try {
        connection?.publish(subject, data);
      } catch (error) {
        log.debug({ subject, cause: error }, "not said");
      }
    },
    hear(subject, listener) {
      const hearing: Hearing = { subject, listener };
      hearings.add(hearing);
      subscribe(hearing);
      return {
        [Symbol.dispose]() {
          hearings.delete(hearing);
          if (connection && !connection.isClosed()) hearing.subscription?.unsubscribe();
        },
      };
    },
    onUp(listener) {
      waiting.add(listener);
      if (up) queueMicrotask(() => waiting.has(listener) && guarded(listener));
      return { [Symbol.dispose]: () => void waiting.delete(listener) };
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      if (!connection) return; // an attempt under way ends by itself
      await connection.close();
      await dialing;
    },
  };
  return bus;
}
