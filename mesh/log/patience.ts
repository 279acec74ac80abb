import { Code, ConnectError } from "@connectrpc/connect";
import { ExpectedFailure } from "../failure.ts";
import { Undecodable } from "./read-event.ts";

/** An event is tried so often before it is put aside. */
export const ATTEMPTS = 5;

const PASSING: ReadonlySet<Code> = new Set([
  Code.Unavailable,
  Code.ResourceExhausted,
  Code.DeadlineExceeded,
  Code.Canceled,
  Code.Aborted,
]);

/** What to do about an event that failed: wait for the world to mend, try it a few times, or put it aside at once. */
export function patienceWith(error: unknown): "WAIT" | "RETRY" | "PARK" {
  if (error instanceof Undecodable) return "PARK";
  if (error instanceof ExpectedFailure && PASSING.has(error.code)) return "WAIT";
  if (error instanceof ConnectError && PASSING.has(error.code)) return "WAIT";
  return "RETRY";
}

/** How long until the next attempt. */
export const pauseMs = (attempt: number): number => Math.min(2_000, 20 * 2 ** Math.min(attempt, 10));
