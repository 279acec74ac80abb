import { connect, type NatsConnection } from "@nats-io/transport-node";
import type { Logger } from "pino";

/** Tells other processes that a service wrote something. A lost wake costs the wait until the next poll, nothing else. */
export interface Bus extends AsyncDisposable {
  readonly up: boolean;
  wake(service: string): void;
  onWake(service: string, listener: () => void): void;
}

/** How the bus is reached. */
export interface BusOptions {
  readonly url: string;
  readonly namespace: string;
  readonly log: Logger;
  readonly onChange: (up: boolean) => void;
}

/** Starts connecting and does not wait for it: no user's write and no start may hang on NATS. */
export function openBus({ url, namespace, log, onChange }: BusOptions): Bus {
  const listeners = new Map<string, (() => void)[]>();
  const subject = (service: string) => `${namespace}.wake.${service}`;
  let connection: NatsConnection | undefined;
  let closed = false;

  const hear = (service: string) => {
    connection?.subscribe(subject(service), {
      callback: () => {
        for (const listener of listeners.get(service) ?? []) listener();
      },
    });
  };
  const dialing = connect({
    servers: url,
    waitOnFirstConnect: true,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 500,
    name: namespace,
  })
    .then(async (made) => {
      if (closed) return made.close();
      connection = made;
      onChange(true);
      for (const service of listeners.keys()) hear(service);
      for await (const { type } of made.status()) {
        if (type === "disconnect" || type === "reconnect") {
          onChange(type === "reconnect");
          log.info({ event: type }, "nats");
        }
      }
    })
    .catch((error: unknown) => {
      if (!closed) log.warn({ cause: error }, "nats is out of reach");
    });

  return {
    get up() {
      return connection !== undefined && !connection.isClosed();
    },
    wake(service) {
      try {
        connection?.publish(subject(service));
      } catch (error) {
        log.debug({ cause: error }, "wake not sent");
      }
    },
    onWake(service, listener) {
      const known = listeners.get(service);
      if (known) known.push(listener);
      else {
        listeners.set(service, [listener]);
        hear(service);
      }
    },
    async [Symbol.asyncDispose]() {
      closed = true;
      if (!connection) return; // still dialing: the process that ends takes the attempt with it
      await connection.close();
      await dialing;
    },
  };
}
