import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DescService } from "@bufbuild/protobuf";
import { type CallOptions, type Client, createClient, type Transport } from "@connectrpc/connect";
import { inject } from "vitest";
import type { Role } from "#gen/skein/options/v1/options_pb.ts";
import { callPolicy } from "./calls.ts";
import { type Mesh, startMesh } from "./host.ts";
import { ASSERTER, ASSERTION_MS, assertActor } from "./identity/assertion.ts";
import { ACTOR_HEADER, CLIENT_HEADER } from "./identity/hop.ts";
import { type Lent, realLent } from "./lent.ts";
import type { Service } from "./service.ts";
import { switchboard } from "./switchboard.ts";
import { copyDatabases, dropDatabases } from "./testing/databases.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Real servers of this test run, and the keys that its meshes share. */
    servers: { postgres: string; redis: string; nats: string; keys: string };
  }
}

/** A real mesh on databases of its own. */
export interface TestMesh extends AsyncDisposable {
  readonly mesh: Mesh;
  readonly clock: { now(): Date; advance(ms: number): void };
  /** Calls as the gateway would; say for whom with `as(...)`. */
  readonly transport: Transport;
  client<S extends DescService>(contract: S): Client<S>;
  /** What was lent to a service, its gear included. */
  // biome-ignore lint/suspicious/noExplicitAny: the caller knows which service it asks for
  deps<Deps = any>(service: string): Deps;
  runJob(service: string, job: string): Promise<boolean>;
  /** Waits until everything that was written has reached whoever must know it. */
  settle(): Promise<void>;
  readonly folder: string;
}

const AS_HEADER = "skein-test-as";

/** Call options that speak for an account. */
export function as(
  accountId: string,
  more: {
    sessionId?: string;
    roles?: Role[];
    scopes?: string[];
    suspended?: boolean;
    headers?: Record<string, string>;
  } = {},
): CallOptions {
  const { headers, ...claims } = more;
  return { headers: { ...headers, [AS_HEADER]: JSON.stringify({ accountId, ...claims }) } };
}

/** Starts services on private copies of migrated databases, with a clock that can be moved and budgets that bite. */
export async function startTestMesh(
  services: readonly Service[],
  env: Record<string, string> = {},
  only?: ReadonlySet<string>,
): Promise<TestMesh> {
  const servers = inject("servers");
  const real = realLent();
  const name = `t_${Buffer.from(real.chance.bytes(6)).toString("hex")}`;
  const folder = await mkdtemp(join(tmpdir(), "skein-test-"));
  let ahead = 0;
  const clock = {
    now: () => new Date(real.clock.now().getTime() + ahead),
    advance(ms: number) {
      ahead += ms;
    },
  };
  const lent: Lent = { ...real, clock };
  await copyDatabases(services, servers, `${name}_`);
  const mesh = await startMesh(services, {
    lent,
    ...(only && { only }),
    env: {
      DATABASE_URL: servers.postgres,
      REDIS_URL: servers.redis,
      NATS_URL: servers.nats,
      SKEIN_KEYS: servers.keys,
      DATABASE_PREFIX: `${name}_`,
      SKEIN_NAMESPACE: name,
      SKEIN_HOME: folder,
      DATABASE_CONNECTIONS: "12",
      MESH_STRICT_BUDGETS: "true",
      ADMIN_PORT: "-1",
      GATEWAY_PORT: "0",
      LOG_LEVEL: process.env.TEST_LOG ?? "silent",
      ...env,
    },
  });
  const transport = asGateway(mesh, services);
  return {
    mesh,
    clock,
    transport,
    folder,
    client: (contract) => createClient(contract, transport),
    deps: (service) => runningOf(mesh, service).deps as never,
    runJob: async (service, job) => (await runningOf(mesh, service).jobs?.run(job)) ?? false,
    settle: () => mesh.pollRevocations(),
    async [Symbol.asyncDispose]() {
      await mesh[Symbol.asyncDispose]();
      await dropDatabases(services, servers.postgres, `${name}_`);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function runningOf(mesh: Mesh, service: string) {
  const found = mesh.running.find((one) => one.service.name === service);
  if (!found) throw new Error(`${service} does not run in this test`);
  return found;
}

function asGateway(mesh: Mesh, services: readonly Service[]): Transport {
  const keyring = mesh.keyringOf(ASSERTER);
  const ownerOf = (contract: DescService) => {
    const owner = services.find(({ serves }) => serves.some((one) => one.contract.typeName === contract.typeName));
    if (!owner) throw new Error(`nobody in this test serves ${contract.typeName}`);
    return owner.name;
  };
  const inner = callPolicy(switchboard(mesh.find), { keyring, lent: mesh.lent, ownerOf, retries: false });
  const asserted = (given: HeadersInit | undefined): Headers => {
    const headers = new Headers(given);
    if (!headers.has(CLIENT_HEADER)) headers.set(CLIENT_HEADER, "192.0.2.1");
    const who = headers.get(AS_HEADER);
    headers.delete(AS_HEADER);
    if (who) {
      const issuedAt = mesh.lent.clock.now();
      const expiresAt = new Date(issuedAt.getTime() + ASSERTION_MS);
      const actor = { sessionId: "", roles: [], suspended: false, ...JSON.parse(who), issuedAt, expiresAt };
      headers.set(ACTOR_HEADER, assertActor(keyring, actor));
    }
    return headers;
  };
  return {
    unary: async (method, signal, timeoutMs, header, input, values) =>
      inner.unary(method, signal, timeoutMs, asserted(header), input, values),
    stream: async (method, signal, timeoutMs, header, input, values) =>
      inner.stream(method, signal, timeoutMs, asserted(header), input, values),
  };
}
