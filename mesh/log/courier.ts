import type { Msg, NatsConnection } from "@nats-io/transport-node";
import type { Logger } from "pino";
import type { Bus } from "../bus.ts";
import type { Lent } from "../lent.ts";
import { type Acks, createAcks } from "./acks.ts";
import type { LogEntry } from "./entry.ts";
import { unwrap, wrap } from "./envelope.ts";
import { followStream } from "./follow-stream.ts";
import { decodeHeads, encodeHeads, type Heads } from "./heads.ts";
import { ensureStream, hasStream, type StreamOptions, streamName } from "./stream.ts";

export type { Heads } from "./heads.ts";

/** Hears of an entry; what it throws is logged. */
export type EntryListener = (entry: LogEntry, incarnation: string) => void;

/** Carries log entries between services. What it loses is a gap that consumers pull from the owner. */
export interface Courier extends AsyncDisposable {
  readonly up: boolean;
  /** Messages that were somebody else's or broken. */
  readonly ignored: number;
  /** Entries that are larger than NATS takes: left out, and pulled from their owner. */
  readonly tooLarge: number;
  /** Creates or mends the service's stream; called by the relay before its first publish and after "no stream" errors. */
  ensure(service: string): Promise<void>;
  /** Resolves when the stream has acknowledged; rejects when NATS is away. */
  publish(service: string, incarnation: string, entry: LogEntry): Promise<void>;
  /** Every entry published from now on, in whatever order and however often it arrives; restarts by itself after any loss. */
  subscribe(service: string, listener: EntryListener): AsyncDisposable;
  /** Core NATS, once a second by whoever relays. */
  announceHeads(service: string, heads: Heads): void;
  onHeads(service: string, listener: (heads: Heads) => void): Disposable;
}

/** How a courier is opened; maxAgeMs is EVENTS_STREAM_MAX_AGE. */
export interface CourierOptions extends StreamOptions {
  readonly bus: Bus;
  readonly lent: Lent;
  readonly log: Logger;
}

interface Followed {
  readonly listeners: Set<EntryListener>;
  readonly tail: AsyncDisposable;
}

/**
 * A server deletes a stream's files for up to a second after it has forgotten the stream: one that is made again in that
 * time takes what it is given and delivers nothing.
 */
const GRACE_MS = 2_000;
/** What headers and protocol take of a message's largest size. */
const ENVELOPE_BYTES = 2_048;

/** JetStream, over the connection of the bus; disposing it leaves the bus open. */
export function openCourier({ bus, lent, log, ...options }: CourierOptions): Courier {
  const { namespace } = options;
  const followed = new Map<string, Followed>();
  /** Of streams that were there already. */
  const graces = new Map<string, "NONE" | "RUNNING" | "OVER">();
  const timers = new DisposableStack();
  const headsAt = (service: string) => `${namespace}.heads.${service}`;
  let ignored = 0;
  let tooLarge = 0;

  const connected = () => {
    const { connection } = bus;
    if (!connection) throw new Error("nats is away");
    return connection;
  };
  let acks: { readonly of: NatsConnection; readonly heard: Acks } | undefined;
  const acksOn = (connection: NatsConnection) => {
    if (acks?.of !== connection) acks = { of: connection, heard: createAcks(connection, lent) };
    return acks.heard;
  };
  async function ensure(service: string): Promise<void> {
    const connection = connected();
    if (graces.has(service) && !(await hasStream(connection, service, options))) {
      const grace = graces.get(service); // it may have ended while we asked
      if (grace !== "OVER") {
        if (grace === "NONE") timers.use(lent.timers.after(GRACE_MS, () => graces.set(service, "OVER")));
        graces.set(service, "RUNNING");
        throw new Error(`the stream of ${service} was deleted a moment ago`);
      }
    }
    await ensureStream(connection, service, options);
    graces.set(service, "NONE");
  }
  // One consumer per stream and process, however many services of this process listen.
  function follow(service: string): Followed {
    const listeners = new Set<EntryListener>();
    const take = (message: Msg) => {
      const read = unwrap(namespace, service, message);
      if (!read) return void ignored++;
      for (const listener of listeners) {
        try {
          listener(read.entry, read.incarnation);
        } catch (error) {
          log.error({ service, cause: error }, "entry not taken");
        }
      }
    };
    const stream = streamName(namespace, service);
    return { listeners, tail: followStream({ bus, lent, log, stream, ensure: () => ensure(service) }, take) };
  }

  return {
    get up() {
      return bus.up;
    },
    get ignored() {
      return ignored;
    },
    get tooLarge() {
      return tooLarge;
    },
    ensure,
    async publish(service, incarnation, entry) {
      const connection = connected();
      const { subject, headers } = wrap(namespace, service, incarnation, entry);
      const largest = connection.info?.max_payload ?? Number.POSITIVE_INFINITY;
      if (entry.payload.length + ENVELOPE_BYTES > largest) return void tooLarge++;
      await acksOn(connection).publish(subject, entry.payload, headers);
    },
    subscribe(service, listener) {
      const known = followed.get(service) ?? follow(service);
      followed.set(service, known);
      known.listeners.add(listener);
      return {
        async [Symbol.asyncDispose]() {
          if (!known.listeners.delete(listener) || known.listeners.size > 0) return;
          followed.delete(service);
          await known.tail[Symbol.asyncDispose]();
        },
      };
    },
    announceHeads: (service, heads) => bus.say(headsAt(service), encodeHeads(heads)),
    onHeads: (service, listener) =>
      bus.hear(headsAt(service), ({ data }) => {
        const heads = decodeHeads(data);
        if (heads) listener(heads);
        else ignored++;
      }),
    async [Symbol.asyncDispose]() {
      timers.dispose();
      const tails = [...followed.values()].map(({ tail }) => tail[Symbol.asyncDispose]());
      followed.clear();
      await Promise.all(tails);
    },
  };
}
