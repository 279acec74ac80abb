import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DescService } from "@bufbuild/protobuf";
import { type CallOptions, type Client, createClient, type Transport } from "@connectrpc/connect";
import { inject } from "vitest";
import type { Role } from "#gen/skein/options/v1/options_pb.ts";
import { callPolicy } from "./calls.ts";
import { decodePositions, encodePositions, mergePositions, TOKEN_HEADER, WROTE_HEADER } from "./consistency.ts";
import { type Mesh, startMesh } from "./host.ts";
import { ASSERTER, ASSERTION_MS, assertActor } from "./identity/assertion.ts";
import { ACTOR_HEADER, CLIENT_HEADER } from "./identity/hop.ts";
import { type Lent, realLent } from "./lent.ts";
import type { Service } from "./service.ts";
import { switchboard } from "./switchboard.ts";
import { copyDatabases, dropDatabases } from "./testing/databases.ts";
import { dropStreams } from "./testing/streams.ts";

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
  /** Name the service for contracts that every service serves. */
  client<S extends DescService>(contract: S, service?: string): Client<S>;
  /** What was lent to a service, its gear included. */
  // biome-ignore lint/suspicious/noExplicitAny: the caller knows which service it asks for
  deps<Deps = any>(service: string): Deps;
  runJob(service: string, job: string): Promise<boolean>;
  /** Waits until everything that was written has reached whoever must know it. */
  settle(): Promise<void>;
  readonly folder: string;
}

const AS_HEADER = "skein-test-as";

/** What one client of a test wrote: calls made with it see that, and add to it what they write themselves. */
export interface TestToken {
  value: string;
}

/** A client that has written nothing yet. */
export const freshToken = (): TestToken => ({ value: "" });

/** Call options that speak for an account. */
export function as(
  accountId: string,
  more: {
    sessionId?: string;
    roles?: Role[];
    scopes?: string[];
    suspended?: boolean;
    headers?: Record<string, string>;
    token?: TestToken;
  } = {},
): CallOptions {
  const { headers, token, ...claims } = more;
  const sent = { ...headers, [AS_HEADER]: JSON.stringify({ accountId, ...claims }) };
  if (!token) return { headers: sent };
  return { headers: { ...sent, [TOKEN_HEADER]: token.value }, onHeader: (answer) => keepWritten(token, answer) };
}

function keepWritten(token: TestToken, answer: Headers): void {
  const sides = [token.value, answer.get(WROTE_HEADER) ?? ""].map(decodePositions);
  token.value = encodePositions(mergePositions(new Date(0), ...sides)); // the mesh's clock says what is too old
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
      DATABASE_CONNECTIONS: "24",
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
    client: (contract, service) => createClient(contract, service ? asGateway(mesh, services, service) : transport),
    deps: (service) => runningOf(mesh, service).deps as never,
    runJob: async (service, job) => (await runningOf(mesh, service).jobs?.run(job)) ?? false,
    settle: () => settle(mesh),
    async [Symbol.asyncDispose]() {
      await mesh[Symbol.asyncDispose]();
      await dropDatabases(services, servers.postgres, `${name}_`);
      await dropStreams(servers.nats, name);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** What one service applies may make it announce something more: quiet is when a whole round finds nothing new. */
async function settle(mesh: Mesh): Promise<void> {
  await mesh.pollRevocations();
  for (let quiet = false; !quiet; ) {
    quiet = true;
    for (const { carrying } of mesh.running) if (carrying && !(await carrying.settle())) quiet = false;
  }
}

function runningOf(mesh: Mesh, service: string) {
  const found = mesh.running.find((one) => one.service.name === service);
  if (!found) throw new Error(`${service} does not run in this test`);
  return found;
}

function asGateway(mesh: Mesh, services: readonly Service[], named?: string): Transport {
  const keyring = mesh.keyringOf(ASSERTER);
  const ownerOf = (contract: DescService) => {
    if (named) return named;
    const owner = services.find(({ serves }) => serves.some((one) => one.contract.typeName === contract.typeName));
    if (!owner) throw new Error(`nobody in this test serves ${contract.typeName}`);
    return owner.name;
  };
  const find = named ? () => runningOf(mesh, named).transport : mesh.find;
  const inner = callPolicy(switchboard(find), { keyring, lent: mesh.lent, ownerOf, retries: false });
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
