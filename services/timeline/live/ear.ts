import type { Timers } from "#mesh/lent.ts";
import type { Wake } from "../hot/wakes.ts";

/** Waits for a reason to look again. */
export interface Ear extends Disposable {
  /** True: something may have happened. False: the time is over. Rejects with the signal's reason. */
  next(ms: number, signal: AbortSignal): Promise<boolean>;
}

/** Looks are not closer together than this: what comes meanwhile is told together. */
const PACE_MS = 100;

/** Listens for one reader; what comes while nobody waits is not lost. `concerns` says which wakes matter. */
export function createEar(
  listen: (fn: (wake: Wake) => void) => Disposable,
  concerns: (wake: Wake) => boolean,
  timers: Timers,
): Ear {
  let woken = false;
  let wake: (() => void) | undefined;
  const listening = listen((heard) => {
    if (!concerns(heard)) return;
    woken = true;
    wake?.();
  });
  return {
    async next(ms, signal) {
      signal.throwIfAborted();
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const leave = () => reject(signal.reason);
      signal.addEventListener("abort", leave, { once: true });
      using _over = timers.after(ms, resolve);
      wake = resolve;
      if (woken) resolve();
      try {
        await promise;
        if (woken) await timers.sleep(PACE_MS, signal);
      } finally {
        wake = undefined;
        signal.removeEventListener("abort", leave);
      }
      const heard = woken;
      woken = false;
      return heard;
    },
    [Symbol.dispose]: () => listening[Symbol.dispose](),
  };
}
