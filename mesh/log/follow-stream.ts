import { AckPolicy, DeliverPolicy, JetStreamApiError, JsHeaders } from "@nats-io/jetstream";
import { createInbox, type Msg, type NatsConnection, nanos, type Subscription } from "@nats-io/transport-node";
import type { Logger } from "pino";
import type { Bus } from "../bus.ts";
import type { Lent } from "../lent.ts";
import { managerOf, STREAM_NOT_FOUND } from "./stream.ts";

/** What following a stream needs. */
export interface FollowParts {
  readonly bus: Bus;
  readonly lent: Lent;
  readonly log: Logger;
  readonly stream: string;
  /** Makes the stream if it is missing at first; later that is its owner's business. */
  readonly ensure: () => Promise<void>;
}

/** The server gives a sign of life so often; after so long without one the consumer is taken for dead. */
const HEARTBEAT_MS = 1_000;
const SILENCE_MS = 3_500;
const RETRY_MS = { first: 50, most: 5_000 };

/**
 * Follows a stream from now on through every loss: of the connection, of the consumer, of the stream. Where it goes on
 * is a time of the server's, not a position: positions begin anew in a stream that was made again or restored.
 */
export function followStream(
  { bus, lent, log, stream, ensure }: FollowParts,
  listener: (message: Msg) => void,
): AsyncDisposable {
  const stop = new AbortController();
  let since: string | undefined;
  let ear: { connection: NatsConnection; subscription: Subscription } | undefined;
  let watchdog: Disposable | undefined;
  let running: Promise<void> | undefined;
  let again = false;
  let nap = new AbortController();

  const alive = () => {
    watchdog?.[Symbol.dispose]();
    watchdog = lent.timers.after(SILENCE_MS, restart);
  };
  const take = (message: Msg) => {
    const { headers, reply } = message;
    alive();
    if (reply?.startsWith("$JS.ACK.")) {
      since = timeIn(reply) ?? since;
      listener(message);
    } else if (headers?.code === 100) {
      if (reply) message.respond(); // flow control: the server goes on sending when it hears that we could follow
      const stalled = headers.get(JsHeaders.ConsumerStalledHdr);
      if (stalled) bus.say(stalled);
    }
  };
  const guarded = (message: Msg) => {
    try {
      take(message);
    } catch (error) {
      log.error({ stream, cause: error }, "message not taken"); // it must not reach the client, which would stop reading
    }
  };
  // The server forgets a consumer that nobody listens to.
  const deafen = () => {
    watchdog?.[Symbol.dispose]();
    if (ear && !ear.connection.isClosed()) ear.subscription.unsubscribe();
    ear = undefined;
  };

  async function begin(connection: NatsConnection): Promise<void> {
    deafen();
    const inbox = createInbox();
    const subscription = connection.subscribe(inbox, {
      callback: (error, message) => (error ? log.warn({ stream, cause: error }, "stream not heard") : guarded(message)),
    });
    ear = { connection, subscription };
    const { consumers } = await managerOf(connection);
    const { created } = await consumers.add(stream, {
      deliver_subject: inbox,
      ack_policy: AckPolicy.None,
      idle_heartbeat: nanos(HEARTBEAT_MS),
      flow_control: true,
      mem_storage: true,
      num_replicas: 1,
      ...(since
        ? { deliver_policy: DeliverPolicy.StartTime, opt_start_time: since }
        : { deliver_policy: DeliverPolicy.New }),
    });
    since ??= created;
    alive();
  }
  async function persist(): Promise<void> {
    for (let failures = 0; again && !stop.signal.aborted; ) {
      again = false;
      const { connection } = bus;
      if (!connection) return; // its coming up begins again
      try {
        await begin(connection);
        failures = 0;
      } catch (error) {
        again = true;
        const missing = error instanceof JetStreamApiError && error.code === STREAM_NOT_FOUND;
        if (missing && !since) await ensure().catch(() => undefined);
        if (failures === 3) log.warn({ stream, cause: error }, "stream cannot be followed");
        const pause = failures === 0 ? 0 : Math.min(RETRY_MS.first * 2 ** failures, RETRY_MS.most);
        failures++;
        nap = new AbortController();
        const woken = AbortSignal.any([stop.signal, nap.signal]);
        await lent.timers.sleep(pause, woken).catch(() => undefined);
      }
    }
  }
  function restart(): void {
    again = true;
    nap.abort();
    running ??= persist().finally(() => {
      running = undefined;
    });
  }

  const coming = bus.onUp(restart);
  // A stream that was deleted is followed again as soon as it is there again.
  const birth = bus.hear(`$JS.EVENT.ADVISORY.STREAM.CREATED.${stream}`, restart);
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      coming[Symbol.dispose]();
      birth[Symbol.dispose]();
      await running;
      deafen();
    },
  };
}

/** The server's time of a delivered message, from its address for acknowledgements. */
function timeIn(reply: string): string | undefined {
  const words = reply.split(".");
  const nanoseconds = words[words.length === 9 ? 7 : 9];
  if (!nanoseconds || !/^\d{10,19}$/.test(nanoseconds)) return undefined;
  const whole = BigInt(nanoseconds);
  const rest = String(whole % 1_000_000n).padStart(6, "0");
  return `${new Date(Number(whole / 1_000_000n)).toISOString().slice(0, -1)}${rest}Z`;
}
