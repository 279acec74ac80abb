import type { Duplex } from "node:stream";
import type { PoolClient } from "pg";

/**
 * Says something to the server together with all else that is said over the connection before the event loop goes on: one
 * packet, for which the server is woken once. Answers come in the order of what was said.
 */
export function gathered<A>(client: PoolClient, say: () => A): A {
  const { stream } = (client as unknown as { connection: { stream: Duplex } }).connection; // the driver shows it to nobody
  stream.cork();
  process.nextTick(() => stream.uncork());
  return say();
}
