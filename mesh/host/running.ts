import { type Client, createClient } from "@connectrpc/connect";
import { OpsService } from "#gen/skein/ops/v1/ops_service_pb.ts";
import { createCache } from "../cache.ts";
import { callPolicy } from "../calls.ts";
import type { Spec, Values } from "../config.ts";
import type { Consumer } from "../consumer.ts";
import { outside } from "../context.ts";
import { createCursors } from "../cursor.ts";
import type { LeanTransport } from "../exchange.ts";
import { meshFailure } from "../failure.ts";
import { createAssertionReader } from "../identity/assertion.ts";
import type { Feeds } from "../log/feeds.ts";
import type { Proof } from "../log/proof.ts";
import type { OpsParts } from "../ops/parts.ts";
import { opsServed } from "../ops/service.ts";
import type { ChainParts } from "../pipeline/chain.ts";
import { createLimiter } from "../pipeline/limiter.ts";
import { warmRules } from "../pipeline/validation.ts";
import type { Calls, Loan, Service } from "../service.ts";
import { type Db, openDatabase } from "../store/database.ts";
import { lacking } from "../store/migrate.ts";
import { urlsOf } from "../store/provision.ts";
import { switchboard } from "../switchboard.ts";
import { createLogger } from "../telemetry/logger.ts";
import { type Carrying, createCarrying } from "./carrying.ts";
import { housekeeping } from "./housekeeping.ts";
import { type Runner, startJobs } from "./jobs.ts";
import type { Route } from "./route.ts";
import { inMemory, routesOf } from "./routes.ts";
import type { Shared } from "./shared.ts";

/** Other processes hear of writes that close together by one wake. */
const WAKE_MS = 3;

/** A service that has been started in this process. */
export interface Running {
  readonly service: Service;
  readonly routes: readonly Route[];
  /** What every service that keeps a log serves besides. */
  readonly ops: readonly Route[];
  readonly transport: LeanTransport;
  readonly deps: Loan<Calls, Spec>;
  /** Calls others as this service. */
  readonly outward: LeanTransport;
  /** Calls one service, named, as this service: for contracts that every service serves. */
  readonly outwardTo: (service: string) => LeanTransport;
  readonly jobs: Runner | undefined;
  /** How its events travel; absent where nothing is kept. */
  readonly carrying: Carrying | undefined;
}

/** Opens what a service stands on, lends it, and puts its handlers behind the chain. What was opened goes to the scope. */
export async function startService(service: Service, shared: Shared, scope: AsyncDisposableStack): Promise<Running> {
  const { lent, roster, metrics } = shared;
  const keyring = shared.keyringOf(service.name);
  const log = createLogger({ level: shared.config.logLevel, service: service.name });
  const outward = callPolicy(switchboard(shared.find), {
    keyring,
    lent,
    ownerOf: roster.ownerOf,
    retries: service.edge !== undefined,
  });
  const db = service.migrations ? scope.use(await openStore(service, shared)) : nothingKept(service.name);
  const outwardTo = (name: string) =>
    callPolicy(
      switchboard(() => shared.at(name)),
      { keyring, lent, ownerOf: () => name, retries: service.edge !== undefined },
    );
  const ownerAt = (name: string) => createClient(OpsService, outwardTo(name));
  const carrying = service.migrations
    ? scope.use(
        createCarrying({
          service: service.name,
          db,
          consumers: (service.consumes ?? []) as readonly Consumer<unknown>[],
          shared,
          courier: shared.courier,
          ownerAt,
        }),
      )
    : undefined;
  const loan: Loan<Calls, Spec> = {
    ...lent,
    service: service.name,
    config: (shared.settings[service.name] ?? {}) as Values<Spec>,
    db,
    feeds: carrying?.feeds ?? nothingHeard(service.name),
    proof: carrying?.proof ?? nothingHeard(service.name),
    redis: shared.redis,
    cache: createCache(shared.redis, { service: service.name, chance: lent.chance }),
    cursors: createCursors(keyring.derive("cursor"), {
      refuse: (why) => meshFailure("PAGE_TOKEN_INVALID", { fields: { page_token: why } }),
    }),
    peers: Object.fromEntries(
      Object.entries(service.calls).map(([name, contract]) => [name, createClient(contract, outward)]),
    ) as Record<string, Client<Calls[string]>>,
    keyring,
    log,
  };
  const gear = (await service.equip?.(loan, scope)) ?? {};
  const deps = { ...loan, ...gear };
  const parts: ChainParts = {
    service: service.name,
    guard: {
      keyring,
      readAssertion: createAssertionReader(keyring),
      revocations: shared.revocations,
      mayCall: roster.mayCall,
    },
    lent,
    limiter: createLimiter(shared.config.maxInFlight),
    streams: createLimiter(shared.config.maxStreams),
    metrics,
    log,
    fingerprintKey: keyring.derive("fingerprint"),
    strictBudgets: shared.config.strictBudgets,
    incarnation: async () => (service.migrations ? outside(() => db.incarnation()) : ""),
  };
  warmRules(service.serves.flatMap(({ contract }) => contract.methods.map(({ input }) => input)));
  const routes = routesOf(service.serves, deps, parts);
  const ops = carrying ? routesOf([opsServed(opsParts(service, deps, carrying))], deps, parts) : [];
  const list = [...(service.jobs ?? []), ...(service.migrations ? housekeeping(shared.config.logDays) : [])];
  const jobs = service.migrations ? scope.use(await startJobs(list, deps, { db, lent, log })) : undefined;
  return {
    service,
    routes,
    ops,
    transport: inMemory([...routes, ...ops], shared.stopping),
    deps,
    outward,
    outwardTo,
    jobs,
    carrying,
  };
}

const opsParts = (service: Service, deps: Loan<Calls, Spec>, carrying: Carrying): OpsParts => ({
  ...{ service: service.name, db: deps.db, lent: deps, deps, cursors: deps.cursors },
  ...{ ownerAt: carrying.ownerAt, sourceOf: carrying.sourceOf, headsOf: carrying.headsOf },
  ...{ consumers: carrying.handles, snapshots: service.snapshots ?? [], proof: carrying.proof },
});

async function openStore(
  service: Service,
  { config, keyringOf, connections, bus, lent, readiness }: Shared,
): Promise<Db> {
  const { data } = urlsOf(config.database, config.databasePrefix, keyringOf(service.name));
  const db = await openDatabase({ url: data, service: service.name, entities: service.entities ?? [], connections });
  await using unfinished = new AsyncDisposableStack();
  unfinished.use(db);
  const missing = await lacking(db.query, service.migrations ?? []);
  if (missing > 0)
    throw new Error(`the database of ${service.name} lacks ${missing} migration(s): run "skein migrate"`);
  let told = true;
  db.onLogged(() => {
    if (!told) return; // the wake that is due speaks for this write as well
    told = false;
    lent.timers.after(WAKE_MS, () => {
      told = true;
      bus.wake(service.name);
    });
  });
  readiness.set(`database ${service.name}`, true);
  unfinished.move();
  return db;
}

/** Stands where a service has no database; using it is a mistake in the service. */
const nothingKept = (service: string): Db => absent(`${service} keeps nothing and has no database`);

const nothingHeard = (service: string): Feeds & Proof => absent(`${service} keeps nothing and consumes nothing`);

const absent = <T extends object>(words: string): T =>
  new Proxy({} as T, {
    get() {
      throw new Error(words);
    },
  });
