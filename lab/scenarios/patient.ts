import { setTimeout as pause } from "node:timers/promises";
import { Code, ConnectError } from "@connectrpc/connect";

const LONGEST_MS = 60_000;
const AGAIN = new Set([Code.Unavailable, Code.ResourceExhausted, Code.DeadlineExceeded]);

/** A client that retries as it should: what is unavailable or busy is asked again, with the same key. */
export async function untilAnswered<T>(call: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + LONGEST_MS;
  for (;;) {
    try {
      return await call();
    } catch (error) {
      const again = AGAIN.has(ConnectError.from(error).code);
      if (!again || performance.now() > deadline) throw error;
      await pause(50); // as any client backs off, so that the ones before it get done
    }
  }
}
