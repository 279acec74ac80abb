import type { DescMethod } from "@bufbuild/protobuf";
import { Code, ConnectError, type HandlerContext } from "@connectrpc/connect";
import { optionsOf } from "../contract.ts";
import type { Lent } from "../lent.ts";

/** The time a call has: what its caller allows, at most what the contract allows. */
export function deadlineOf(method: DescMethod, call: HandlerContext, { clock, timers }: Lent) {
  const granted = Math.min(call.timeoutMs() ?? Number.POSITIVE_INFINITY, optionsOf(method).deadlineMs);
  const ends = clock.now().getTime() + granted;
  const over = new AbortController();
  const late = () => new ConnectError("the deadline is over", Code.DeadlineExceeded);
  const timer = timers.after(granted, () => over.abort(late()));
  const { signal } = over;
  // By hand: AbortSignal.any costs weak references for every call.
  const gone = () => over.abort(whyEnded(call.signal.reason));
  if (call.signal.aborted) gone();
  else call.signal.addEventListener("abort", gone, { once: true });
  return {
    signal,
    timeoutMs: () => Math.max(0, ends - clock.now().getTime()),
    /** The answer, or the end of the time: a handler that does not listen cannot hold its caller. */
    async race<T>(work: Promise<T>): Promise<T> {
      const { promise, reject } = Promise.withResolvers<never>();
      const give = () => reject(signal.reason);
      if (signal.aborted) give();
      else signal.addEventListener("abort", give, { once: true });
      work.catch(() => undefined); // its own end is not interesting once the race is lost
      try {
        return await Promise.race([work, promise]);
      } finally {
        signal.removeEventListener("abort", give);
        promise.catch(() => undefined);
      }
    },
    [Symbol.dispose]() {
      timer[Symbol.dispose]();
      call.signal.removeEventListener("abort", gone); // in memory it may be a signal that outlives the call
    },
  };
}

/** A client that gives up resets its stream as it likes, "internal error" included: that is no failure of ours. */
const whyEnded = (reason: unknown): ConnectError =>
  reason instanceof ConnectError && reason.code === Code.DeadlineExceeded
    ? reason
    : new ConnectError("the caller is gone", Code.Canceled, undefined, undefined, reason);
