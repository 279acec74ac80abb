import { AsyncLocalStorage } from "node:async_hooks";
import type { Redis } from "#mesh/redis.ts";
import type { Bare } from "../deps.ts";
import { type Lane, startLane } from "../fanout/lane.ts";
import { createPulledMemory, type PulledMemory } from "../store/pulled.ts";
import type { Home } from "../view/shapes.ts";
import { createIncarnations, type Incarnations } from "./incarnations.ts";
import { createWakes, type Wakes } from "./wakes.ts";

/** A batch of deliveries may take longer than a reader would wait. */
const PATIENCE_MS = 5_000;

/** What homes are kept with. */
export interface Homes {
  readonly incarnations: Incarnations;
  /** Homes that are being built, by viewer: whoever asks meanwhile shares the work. */
  readonly flights: Map<string, Promise<Home>>;
  /** Connections for deliveries, so that readers never wait behind them, nor few behind many. */
  readonly small: Redis;
  readonly bulk: Redis;
  readonly wakes: Wakes;
  readonly lane: Lane;
  /** Runs something outside of whatever transaction or call is open. */
  readonly apart: <T>(work: () => T) => T;
}

/** Opens what homes are kept with. */
export function createHomes(loan: Bare, scope: AsyncDisposableStack): Homes {
  const { db, redis } = loan;
  const small = scope.use(redis.another({ patienceMs: PATIENCE_MS }));
  const bulk = scope.use(redis.another({ patienceMs: PATIENCE_MS }));
  const incarnations = createIncarnations(db, small, [redis, small, bulk]);
  return {
    incarnations,
    flights: new Map(),
    small,
    bulk,
    wakes: createWakes(redis, scope),
    lane: scope.use(startLane({ ...loan, homes: { incarnations, bulk } })),
    apart: AsyncLocalStorage.snapshot(),
  };
}

/** Homes, and what is merged into them. */
export interface HomesGear {
  readonly homes: Homes;
  readonly pulled: PulledMemory;
}

/** Makes it; what it opens goes to the scope. */
export const createHomesGear = (loan: Bare, scope: AsyncDisposableStack): HomesGear => ({
  homes: createHomes(loan, scope),
  pulled: createPulledMemory(),
});
