import { createHmac } from "node:crypto";
import type { Deps } from "../deps.ts";

/** Password work that is under way, so that repetitions of one call which come at once do it once. */
export interface SharedWork {
  /** `about` names what the password is compared with, or becomes, so that only equal work is shared. */
  run<T>(about: string, password: string, work: () => Promise<T>): Promise<T>;
}

/** Shares work while it runs and remembers nothing afterwards. */
export function createSharedWork({ keyring }: Pick<Deps, "keyring">): SharedWork {
  const secret = keyring.derive("shared work");
  const running = new Map<string, Promise<unknown>>();
  return {
    run<T>(about: string, password: string, work: () => Promise<T>): Promise<T> {
      const key = createHmac("sha256", secret).update(`${about}\n${password}`).digest("base64");
      const known = running.get(key) as Promise<T> | undefined;
      if (known) return known;
      const mine = work().finally(() => running.delete(key));
      running.set(key, mine);
      return mine;
    },
  };
}
