import { createInbox, type Msg, type MsgHdrs, type NatsConnection } from "@nats-io/transport-node";
import type { Lent } from "../lent.ts";

/** Publishes to a stream and hears its word for it. */
export interface Acks {
  /** Resolves when the stream has acknowledged; rejects when it refuses, when nobody listens, and when time is over. */
  publish(subject: string, payload: Uint8Array, headers: MsgHdrs): Promise<void>;
}

interface Waiting {
  /** The look at which it counts as lost. */
  readonly due: number;
  resolve(): void;
  reject(error: Error): void;
}

const LOOK_MS = 250;
const LOOKS = 12;
const NOBODY = 503;

/**
 * What the client's own `publish` does, without a timer, a race and an error's stack for each of some thousand messages a
 * second: one subscription hears all the answers, one beat finds those that do not come.
 */
export function createAcks(connection: NatsConnection, { timers }: Pick<Lent, "timers">): Acks {
  const inbox = createInbox();
  const waiting = new Map<string, Waiting>();
  let last = 0;
  let looks = 0;

  const settle = (message: Msg) => {
    const token = message.subject.slice(inbox.length + 1);
    const one = waiting.get(token);
    if (!one) return; // too late: it counts as lost, and whoever repeats it does no harm
    waiting.delete(token);
    const refusal = refusalIn(message);
    if (refusal) one.reject(refusal);
    else one.resolve();
  };
  const giveUp = (why: string, before: number) => {
    for (const [token, { due, reject }] of waiting) {
      if (due > before) return; // those behind it wait since later
      waiting.delete(token);
      reject(new Error(why));
    }
  };
  connection.subscribe(`${inbox}.*`, { callback: (error, message) => void (error ?? settle(message)) });
  const beat = timers.every(LOOK_MS, () => giveUp("the stream did not answer in time", ++looks));
  void connection.closed().then(() => {
    beat[Symbol.dispose]();
    giveUp("nats is away", Number.POSITIVE_INFINITY);
  });
  return {
    publish(subject, payload, headers) {
      const token = (++last).toString(36);
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      connection.publish(subject, payload, { headers, reply: `${inbox}.${token}` });
      waiting.set(token, { due: looks + LOOKS, resolve, reject });
      return promise;
    },
  };
}

function refusalIn({ data, headers }: Msg): Error | undefined {
  if (headers?.code === NOBODY) return new Error("no stream takes this");
  const text = Buffer.from(data.buffer, data.byteOffset, data.length).toString();
  try {
    const { stream, error } = JSON.parse(text) as { stream?: string; error?: { description?: string } };
    if (error) return new Error(`the stream refuses: ${error.description ?? text}`);
    return stream ? undefined : new Error(`not a stream's answer: ${text}`);
  } catch {
    return new Error(`not a stream's answer: ${text}`);
  }
}
