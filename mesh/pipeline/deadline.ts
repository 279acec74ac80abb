import type { DescMethod } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { optionsOf } from "../contract.ts";
import type { Incoming } from "../exchange.ts";
import type { Lent } from "../lent.ts";

/** How long a call may go on. */
export interface Deadline extends Disposable {
  readonly signal: AbortSignal;
  timeoutMs(): number;
  /** The answer, or the end of the time: a handler that does not listen cannot hold its caller. */
  race<T>(work: Promise<T>): Promise<T>;
}

/** On a signal of ours: when it fires at the latest, and for how many calls. Its timer runs until the last of them is over. */
const WATCH = Symbol("watch");
interface Watch {
  readonly ends: number;
  calls: number;
  readonly leave: () => void;
}
type Watched = AbortSignal & { [WATCH]?: Watch };

/** The time a call has: what its caller allows, at most what the contract allows. */
export function deadlineOf(
  method: DescMethod,
  call: Pick<Incoming, "signal" | "timeoutMs">,
  { clock, timers }: Lent,
): Deadline {
  const granted = Math.min(call.timeoutMs() ?? Number.POSITIVE_INFINITY, optionsOf(method).deadlineMs);
  const ends = clock.now().getTime() + granted;
  const timeoutMs = () => Math.max(0, ends - clock.now().getTime());
  const deadline = (signal: AbortSignal, { leave }: Watch): Deadline => {
    return { signal, timeoutMs, race: (work) => raced(signal, work), [Symbol.dispose]: leave };
  };
  // A call within the process brings the very signal of its caller's deadline: where that fires in time, it serves both.
  const watch = (call.signal as Watched)[WATCH];
  if (watch && watch.calls > 0 && watch.ends <= ends) {
    watch.calls++;
    return deadline(call.signal, watch);
  }
  const over = new AbortController();
  const late = () => new ConnectError("the deadline is over", Code.DeadlineExceeded);
  const timer = timers.after(granted, () => over.abort(late()));
  const { signal } = over;
  // By hand: AbortSignal.any costs weak references for every call.
  const gone = () => over.abort(whyEnded(call.signal.reason));
  if (call.signal.aborted) gone();
  else call.signal.addEventListener("abort", gone, { once: true });
  const own: Watch = {
    ends,
    calls: 1,
    leave() {
      if (--own.calls > 0) return;
      timer[Symbol.dispose]();
      call.signal.removeEventListener("abort", gone); // in memory it may be a signal that outlives the call
    },
  };
  (signal as Watched)[WATCH] = own;
  return deadline(signal, own);
}

function raced<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const give = () => reject(signal.reason);
  if (signal.aborted) give();
  else signal.addEventListener("abort", give, { once: true });
  // Whichever comes first settles it; the other's end is not interesting any more.
  work.then(
    (answer) => {
      signal.removeEventListener("abort", give);
      resolve(answer);
    },
    (error) => {
      signal.removeEventListener("abort", give);
      reject(error);
    },
  );
  return promise;
}

/** A client that gives up resets its stream as it likes, "internal error" included: that is no failure of ours. */
const whyEnded = (reason: unknown): ConnectError =>
  reason instanceof ConnectError && reason.code === Code.DeadlineExceeded
    ? reason
    : new ConnectError("the caller is gone", Code.Canceled, undefined, undefined, reason);
