import type { Place } from "../store/log.ts";

/** Tells the consumers of this process at once what a service of this process has logged. */
export interface Logged {
  tell(service: string, places: readonly Place[], incarnation: string): void;
  /** Returns what ends it. */
  on(service: string, listener: (places: readonly Place[], incarnation: string) => void): () => void;
}

/** One for each host. */
export function createLogged(): Logged {
  const listeners = new Map<string, Set<(places: readonly Place[], incarnation: string) => void>>();
  return {
    tell(service, places, incarnation) {
      for (const listener of listeners.get(service) ?? []) listener(places, incarnation);
    },
    on(service, listener) {
      const mine = listeners.get(service) ?? new Set();
      listeners.set(service, mine.add(listener));
      return () => void mine.delete(listener);
    },
  };
}
