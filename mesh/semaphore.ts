/** Thrown instead of waiting: everything is taken and the queue is full. The caller answers "too busy", at once. */
export class Shed extends Error {
  override readonly name = "Shed";
  readonly slots: number;
  readonly queue: number;
  constructor(slots: number, queue: number) {
    super(`all ${slots} slots are taken and ${queue} are waiting`);
    this.slots = slots;
    this.queue = queue;
  }
}

/** A bound on how much of something runs at once. */
export interface Semaphore {
  /** Runs `fn` when a slot is free, first come first served; rejects with Shed, or with the signal's reason while it waits. */
  run<T>(fn: () => T | Promise<T>, signal?: AbortSignal): Promise<T>;
  /** How many run now. */
  readonly busy: number;
  /** How many wait now. */
  readonly waiting: number;
  /** How many were turned away so far. */
  readonly shed: number;
}

/** Lets `slots` run, `queue` wait, and turns away the rest. */
export function createSemaphore({ slots, queue }: { slots: number; queue: number }): Semaphore {
  if (!(slots >= 1 && queue >= 0)) throw new RangeError(`a semaphore of ${slots} slots and a queue of ${queue}`);
  const line = new Set<() => void>(); // in order of arrival, and cheap to leave
  let busy = 0;
  let shed = 0;

  async function enter(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    if (busy < slots) {
      busy++;
      return;
    }
    if (line.size >= queue) {
      shed++;
      throw new Shed(slots, queue);
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const giveUp = () => {
      line.delete(resolve);
      reject(signal?.reason);
    };
    line.add(resolve);
    signal?.addEventListener("abort", giveUp, { once: true });
    try {
      await promise;
    } finally {
      signal?.removeEventListener("abort", giveUp);
    }
  }

  function leave(): void {
    const [next] = line;
    if (!next) busy--;
    else {
      line.delete(next); // the slot is handed on, never free in between: nobody can overtake
      next();
    }
  }

  return {
    async run(fn, signal) {
      await enter(signal);
      try {
        signal?.throwIfAborted(); // it may have aborted between the handing over and here
        return await fn();
      } finally {
        leave();
      }
    },
    get busy() {
      return busy;
    },
    get waiting() {
      return line.size;
    },
    get shed() {
      return shed;
    },
  };
}
