import { join, resolve } from "node:path";
import type { DescService } from "@bufbuild/protobuf";
import { openAdmin } from "./admin.ts";
import { openBus } from "./bus.ts";
import { printConfig, readConfig } from "./config.ts";
import { spend } from "./context.ts";
import type { LeanTransport } from "./exchange.ts";
import { serveInside } from "./host/inside.ts";
import { meshConfig } from "./host/mesh-config.ts";
import { createPeers, parsePeers } from "./host/peers.ts";
import { refuseRetention } from "./host/retention.ts";
import { watchRevocations } from "./host/revocation-watch.ts";
import { type Running, startService } from "./host/running.ts";
import { rosterOf, type Shared } from "./host/shared.ts";
import { watchStores } from "./host/store-watch.ts";
import { type Keyring, openKeyring } from "./identity/keyring.ts";
import { createRevocations } from "./identity/revocations.ts";
import { type Lent, realLent } from "./lent.ts";
import { openCourier } from "./log/courier.ts";
import { createLogged } from "./log/logged.ts";
import { logMeters } from "./log/meters.ts";
import { createReadiness } from "./readiness.ts";
import { openRedis } from "./redis.ts";
import type { Service } from "./service.ts";
import { createLogger } from "./telemetry/logger.ts";
import { createMetrics } from "./telemetry/metrics.ts";

/** How a mesh is started. */
export interface MeshOptions {
  /** Names of the services that run here; all when absent. The others are reached through MESH_PEERS. */
  readonly only?: ReadonlySet<string>;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly lent?: Lent;
}

/** Running services. Disposing it drains and closes everything, in reverse order of opening. */
export interface Mesh extends AsyncDisposable {
  readonly running: readonly Running[];
  readonly keyringOf: (service: string) => Keyring;
  /** Where services listen for each other, if they do. */
  readonly port: number | undefined;
  readonly adminPort: number | undefined;
  readonly config: Shared["config"];
  readonly find: Shared["find"];
  readonly lent: Lent;
  /** Brings this process's knowledge of revoked tokens up to date. */
  readonly pollRevocations: () => Promise<void>;
  /** What edges opened, by service. */
  readonly edges: ReadonlyMap<string, AsyncDisposable>;
}

/** Starts services in this process. Keys, databases and migrations must be there: the command sees to them. */
export async function startMesh(services: readonly Service[], options: MeshOptions = {}): Promise<Mesh> {
  const here = services.filter(({ name }) => options.only?.has(name) ?? true);
  const specs = { mesh: meshConfig, ...Object.fromEntries(here.map(({ name, config }) => [name, config])) };
  const read = readConfig(specs, options.env ?? process.env);
  const { values } = read;
  const config = values.mesh as Shared["config"];
  refuseRetention(config, values);
  const lent = options.lent ?? realLent();
  const roster = rosterOf(services);
  const keyFolder = resolve(config.keys || join(config.home, "keys"));
  const keyrings = new Map(here.map(({ name }) => [name, openKeyring(keyFolder, name)]));
  const keyringOf = (service: string) => keyrings.get(service) ?? openKeyring(keyFolder, service);

  await using scope = new AsyncDisposableStack();
  const stop = new AbortController();
  const log = createLogger({ level: config.logLevel, service: "mesh" });
  const metrics = scope.adopt(createMetrics(), (made) => made[Symbol.dispose]());
  const readiness = createReadiness();
  const bus = scope.use(
    openBus({
      url: config.nats,
      namespace: config.namespace,
      log,
      onChange: (up) => readiness.set("nats", up, "not connected", false),
    }),
  );
  readiness.set("nats", false, "connecting", false);
  const redis = scope.use(
    openRedis(config.redis, {
      namespace: config.namespace,
      chance: lent.chance,
      say: (state) => log.info(state, "redis"),
      onTrip: () => spend("redis"),
    }),
  );
  const peers = scope.adopt(createPeers(parsePeers(config.peers)), (made) => made[Symbol.dispose]());
  const running: Running[] = [];
  const find = (contract: DescService): LeanTransport | undefined => {
    const owner = roster.ownerOf(contract);
    return running.find(({ service }) => service.name === owner)?.transport ?? peers.find(owner);
  };
  const storing = here.filter(({ migrations }) => migrations).length;
  const courier = scope.use(
    openCourier({
      ...{ bus, lent, log, namespace: config.namespace },
      ...{ maxAgeMs: config.streamMaxAge, replicas: config.natsReplicas },
    }),
  );
  const at = (name: string): LeanTransport | undefined =>
    running.find(({ service }) => service.name === name)?.transport ?? peers.find(name);
  const shared: Shared = {
    config,
    settings: values,
    roster,
    keyringOf,
    find,
    at,
    courier,
    runsHere: (name) => here.some((service) => service.name === name),
    logged: createLogged(),
    logMeters: logMeters(metrics.registry),
    lent,
    redis,
    bus,
    readiness,
    metrics,
    log,
    revocations: createRevocations(),
    connections: Math.max(2, Math.floor(config.databaseConnections / config.processes / Math.max(1, storing))),
    stopping: stop.signal,
  };
  for (const service of here) running.push(await startService(service, shared, scope));
  for (const { carrying, deps } of running) await carrying?.begin(deps);
  scope.use(watchStores(running, shared));
  const first = running[0];
  if (!first) throw new Error(`nothing to run: the services are ${services.map(({ name }) => name).join(", ")}`);
  const watch = scope.use(
    watchRevocations({
      transport: first.outward,
      revocations: shared.revocations,
      bus,
      logged: shared.logged,
      lent,
      log,
    }),
  );
  await watch.poll(); // nobody is served before it is known whose sessions have ended, unless identity is away
  const inside = config.port < 0 ? undefined : scope.use(await serveInside(running, shared));
  const admin =
    config.adminPort < 0
      ? undefined
      : scope.use(
          await openAdmin({
            port: config.adminPort,
            readiness,
            metrics,
            config: () => printConfig(specs, read, { redacted: true, json: false }),
          }),
        );
  const edges = new Map<string, AsyncDisposable>();
  const keepers = services.flatMap(({ name, migrations }) => (migrations ? [name] : []));
  for (const { service, deps, outward, outwardTo } of running) {
    if (service.edge)
      edges.set(
        service.name,
        scope.use(
          await service.edge(deps, {
            ...shared,
            contracts: roster.contracts,
            transport: outward,
            at: outwardTo,
            keepers,
          }),
        ),
      );
  }
  const owned = scope.move();
  return {
    running,
    keyringOf,
    config,
    find,
    lent,
    edges,
    port: inside?.port,
    adminPort: admin?.port,
    pollRevocations: () => watch.poll(),
    async [Symbol.asyncDispose]() {
      stop.abort();
      readiness.drain();
      await owned.disposeAsync();
    },
  };
}
