import type { Courier } from "../log/courier.ts";
import type { LogEntry } from "../log/entry.ts";
import { type Relay, startRelay } from "../log/relay.ts";
import type { Db } from "../store/database.ts";
import type { TestCourier } from "./courier.ts";

/** Starts a relay of a log; `change` is what its courier does otherwise than the real one. */
export const relayOf = (
  { courier, lent, log }: TestCourier,
  { db }: { readonly db: Db },
  change: Partial<Courier> = {},
  parts = 1,
): Promise<Relay> => {
  const changed = Object.create(courier, Object.getOwnPropertyDescriptors(change));
  return startRelay({ service: "identity", db, courier: changed, lent, log, parts });
};

/** The entries that were heard, each once. */
export const placesOf = (heard: readonly LogEntry[]): Set<string> =>
  new Set(heard.map(({ partition, seq }) => `${partition} ${seq}`));
