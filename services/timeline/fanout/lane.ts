import { type LaneParts, workPage } from "./work-page.ts";

/** Deliveries to many, beside everything else. */
export interface Lane extends AsyncDisposable {
  /** There may be something to do. */
  poke(): void;
  /** Works at it until nothing is left that can be done now. */
  drain(): Promise<void>;
}

const BEAT_MS = 20;
/** Beats between looks that nobody has asked for: jobs of other processes, and of workers that died. */
const SELDOM = 10;
const REST_MS = 1_000;

/** Lets so many workers of this process take turns at what is to be delivered to many. */
export function startLane(deps: LaneParts): Lane {
  const { timers, config, log, ids } = deps;
  const stop = new AbortController();
  const working = new Set<Promise<void>>();
  let resting = false;
  let beats = 0;

  async function work(): Promise<void> {
    const worker = ids.next();
    try {
      while (!stop.signal.aborted && (await workPage(deps, worker, stop.signal)));
    } catch (error) {
      if (stop.signal.aborted) return;
      log.warn({ cause: error }, "delivery to many held up");
      resting = true;
      timers.after(REST_MS, () => {
        resting = false;
      });
    }
  }

  function look(): void {
    if (++beats < SELDOM) return;
    beats = 0;
    if (stop.signal.aborted || resting || working.size >= config.fanoutWorkers) return;
    const one = work().finally(() => working.delete(one));
    working.add(one);
  }

  const beat = timers.every(BEAT_MS, look);
  return {
    // Not here and now: whoever pokes has not committed yet, and is in a transaction that is no business of ours.
    poke() {
      beats = SELDOM;
    },
    async drain() {
      while (await workPage(deps, ids.next(), stop.signal));
      await Promise.all(working);
    },
    async [Symbol.asyncDispose]() {
      stop.abort(new Error("the host stops"));
      beat[Symbol.dispose]();
      await Promise.all(working);
    },
  };
}
