/** When calls are made: as many at once as are given, or at a rate, whatever the answers do. */
export type Loop = { readonly inFlight: number } | { readonly perSecond: number };

/** What a pace goes by. */
export interface Watch {
  now(): number;
  sleep(ms: number): Promise<void>;
}

export const realWatch: Watch = {
  now: () => performance.now(),
  sleep: (ms) => new Promise((resolve) => void setTimeout(resolve, ms)),
};

/**
 * Makes calls for so long, each told when it was due, and returns when the last is answered. At a rate a call is made when
 * it is due and not when the last answer has come, and the caller counts from then: a stall shows in everything behind it.
 */
export async function pace(
  loop: Loop,
  ms: number,
  call: (due: number) => Promise<void>,
  watch: Watch = realWatch,
): Promise<void> {
  const began = watch.now();
  const end = began + ms;
  const failures: unknown[] = [];
  if ("inFlight" in loop) {
    const one = async () => {
      for (let due = watch.now(); due < end && failures.length === 0; due = watch.now())
        await call(due).catch((error: unknown) => void failures.push(error));
    };
    await Promise.all(Array.from({ length: loop.inFlight }, one));
    if (failures.length > 0) throw failures[0];
    return;
  }
  const open = new Set<Promise<void>>();
  for (let n = 0; failures.length === 0; n++) {
    const due = began + (n * 1_000) / loop.perSecond;
    if (due >= end) break;
    const wait = due - watch.now();
    if (wait > 0) await watch.sleep(wait);
    const one: Promise<void> = call(due)
      .catch((error: unknown) => void failures.push(error))
      .finally(() => open.delete(one));
    open.add(one);
  }
  await Promise.all(open);
  if (failures.length > 0) throw failures[0];
}
