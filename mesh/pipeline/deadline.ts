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
  /** Ends what is under way before its time. */
  end(why: ConnectError): void;
}

/** On a signal of ours: when it fires at the latest, and for how many calls. Its timer runs until the last of them is over. */
const WATCH = Symbol("watch");
interface Watch {
  readonly ends: number;
  calls: number;
  /** Who waits for the end besides the signal's own listeners: those cost a call several times as much. */
  readonly waiting: Set<(why: ConnectError) => void>;
  readonly end: (why: ConnectError) => void;
  readonly leave: () => void;
}
type Watched = AbortSignal & { [WATCH]?: Watch };

/** The time a call has: what its caller allows, at most what the contract allows. */
export function deadlineOf(
  method: DescMethod,
  call: Pick<Incoming, "timeoutMs"> & { readonly signal?: AbortSignal },
  { clock, timers }: Lent,
): Deadline {
  const granted = Math.min(call.timeoutMs() ?? Number.POSITIVE_INFINITY, optionsOf(method).deadlineMs);
  const ends = clock.now().getTime() + granted;
  const timeoutMs = () => Math.max(0, ends - clock.now().getTime());
  const deadline = (signal: AbortSignal, { waiting, end, leave }: Watch): Deadline => {
    return { signal, timeoutMs, race: (work) => raced(signal, waiting, work), end, [Symbol.dispose]: leave };
  };
  // A call within the process brings the very signal of its caller's deadline: where that fires in time, it serves both.
  const given = call.signal;
  const watch = (given as Watched | undefined)?.[WATCH];
  if (given && watch && watch.calls > 0 && watch.ends <= ends) {
    watch.calls++;
    return deadline(given, watch);
  }
  const over = new AbortController();
  const { signal } = over;
  const own: Watch = {
    ends,
    calls: 1,
    waiting: new Set(),
    end(why) {
      if (own.calls === 0 || signal.aborted) return;
      over.abort(why);
      for (const give of own.waiting) give(why);
    },
    leave() {
      if (--own.calls > 0) return;
      timer[Symbol.dispose]();
      given?.removeEventListener("abort", gone); // in memory it may be a signal that outlives the call
    },
  };
  (signal as Watched)[WATCH] = own;
  const timer = timers.after(granted, () => own.end(new ConnectError("the deadline is over", Code.DeadlineExceeded)));
  // By hand: AbortSignal.any costs weak references for every call.
  const gone = () => own.end(whyEnded(given?.reason));
  if (given?.aborted) gone();
  else given?.addEventListener("abort", gone, { once: true });
  return deadline(signal, own);
}

function raced<T>(signal: AbortSignal, waiting: Watch["waiting"], work: Promise<T>): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  if (signal.aborted) reject(signal.reason);
  else waiting.add(reject);
  // Whichever comes first settles it; the other's end is not interesting any more.
  work.then(
    (answer) => {
      waiting.delete(reject);
      resolve(answer);
    },
    (error) => {
      waiting.delete(reject);
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
