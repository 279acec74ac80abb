import type { Place } from "../store/log.ts";

/** Tells the consumers of this process at once what a service of this process has logged. */
export interface Logged {
  tell(service: string, places: readonly Place[]): void;
  /** Returns what ends it. */
  on(service: string, listener: (places: readonly Place[]) => void): () => void;
}

/** One for each host. */
export function createLogged(): Logged {
  const listeners = new Map<string, Set<(places: readonly Place[]) => void>>();
  return {
    tell(service, places) {
      for (const listener of listeners.get(service) ?? []) listener(places);
    },
    on(service, listener) {
      const mine = listeners.get(service) ?? new Set();
      listeners.set(service, mine.add(listener));
      return () => void mine.delete(listener);
    },
  };
}
