import type { DescService } from "@bufbuild/protobuf";
import { type Client, createClient, type Transport } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import type pg from "pg";
import { inject } from "vitest";
import { openKeyring } from "#mesh/identity/keyring.ts";
import { connect, urlsOf } from "#mesh/store/provision.ts";
import { copyDatabases, dropDatabases } from "#mesh/testing/databases.ts";
import { startTestMesh } from "#mesh/testing.ts";
import { spawnChild } from "../../cli/fleet/child.ts";
import { withoutAdministrator } from "../../cli/fleet/posts.ts";
import { startSplit } from "../../cli/split.ts";
import { everything } from "../../main.ts";

/** The two shapes in which every scenario must hold. */
export const shapes = ["one process", "split"] as const;
export type Shape = (typeof shapes)[number];

/** A whole mesh behind its gateway, in either shape. */
export interface Town extends AsyncDisposable {
  /** Where the gateway listens. */
  readonly url: string;
  /** Where a service can be called directly, past the gateway; only when it has a process of its own. */
  readonly direct: Readonly<Record<string, string>>;
  client<S extends DescService>(contract: S): Client<S>;
  transport(): Transport;
  /** Ends a service's process as a crash would and waits until it serves again; without processes of their own, nothing to do. */
  crash(service: string): Promise<void>;
  /** The first half of a crash: when it is over the service is not there, and for a quarter of a second nobody starts it. */
  kill(service: string): Promise<void>;
  /** The second half: it serves again. */
  back(service: string): Promise<void>;
  /** A look into a service's database. */
  look(service: string): Promise<pg.Client & AsyncDisposable>;
}

/** Limits that scenarios must not trip over, and budgets that bite. */
const ROOMY = {
  GATEWAY_LIMIT_ANONYMOUS: "0",
  GATEWAY_LIMIT_ACCOUNT: "0",
  GATEWAY_LIMIT_WRITES: "0",
  GATEWAY_LIMIT_GUARDED: "0",
  MESH_STRICT_BUDGETS: "true",
  LOG_LEVEL: "error",
  IDENTITY_HASH_QUEUE: "1000",
};

/** Starts everything in a shape, on databases of its own. */
export async function startTown(shape: Shape, env: Record<string, string> = {}): Promise<Town> {
  return shape === "split" ? startApart({ ...ROOMY, ...env }) : startTogether({ ...ROOMY, ...env });
}

async function startTogether(env: Record<string, string>): Promise<Town> {
  const mesh = await startTestMesh(everything, env);
  const url = (mesh.mesh.edges.get("gateway") as unknown as { url: string }).url;
  const { databasePrefix } = mesh.mesh.config;
  return {
    ...door(url, databasePrefix),
    direct: {},
    crash: async () => undefined,
    kill: async () => undefined,
    back: async () => undefined,
    [Symbol.asyncDispose]: () => mesh[Symbol.asyncDispose](),
  };
}

/** Databases of their own for processes that are started like any user's, and the environment to find them. */
async function ownGround(env: Record<string, string>) {
  const { postgres, redis, nats, keys } = inject("servers");
  const name = `t_${crypto.randomUUID().slice(0, 8)}`;
  await copyDatabases(everything, { postgres, keys }, `${name}_`);
  return {
    prefix: `${name}_`,
    env: {
      PATH: process.env.PATH,
      DATABASE_URL: postgres,
      REDIS_URL: redis,
      NATS_URL: nats,
      SKEIN_KEYS: keys,
      SKEIN_NAMESPACE: name,
      DATABASE_PREFIX: `${name}_`,
      GATEWAY_PORT: "0",
      IDENTITY_MAIL_FOLDER: `${keys}/../mail`,
      ...env,
    },
    drop: () => dropDatabases(everything, postgres, `${name}_`),
  };
}

const tell = (from: string, text: string) => process.env.TEST_LOG && process.stderr.write(`${from}: ${text}\n`);

/** Several processes behind one port, each of which does everything. */
export interface Several extends Pick<Town, "url" | "client" | "look"> {
  /** One connection, and so one of the processes; those of two calls go to two. */
  connection(): Transport;
  /** The one that leads the others. */
  readonly pid: number;
  /** What it has said. */
  readonly lines: readonly string[];
  readonly ended: Promise<string>;
}

/** Starts as many processes as that, as MESH_PROCESSES does. */
export async function startSeveral(
  count: number,
  env: Record<string, string> = {},
): Promise<Several & AsyncDisposable> {
  const ground = await ownGround({ ...ROOMY, MESH_PROCESSES: String(count), ADMIN_PORT: "-1", ...env });
  const lines: string[] = [];
  const leader = spawnChild([], withoutAdministrator(ground.env, ground.env.DATABASE_URL), (text) => {
    lines.push(text);
    tell("mesh", text);
  });
  const { edges } = await leader.ready;
  const url = edges.gateway ?? "";
  return {
    ...door(url, ground.prefix),
    connection: () => createConnectTransport({ baseUrl: url, httpVersion: "2" }),
    pid: leader.pid,
    lines,
    ended: leader.ended,
    async [Symbol.asyncDispose]() {
      leader.signal("SIGTERM");
      await leader.ended;
      await ground.drop();
    },
  };
}

async function startApart(given: Record<string, string>): Promise<Town> {
  const { env, prefix, drop } = await ownGround(given);
  const split = await startSplit(
    everything.map((service) => service.name),
    { env, onLine: ({ process: from, text }) => tell(from, text) },
  );
  return {
    ...door(split.urls.gateway ?? "", prefix),
    direct: split.urls,
    async crash(service) {
      await split.kill(service);
      await split.ready(service);
    },
    kill: (service) => split.kill(service),
    back: (service) => split.ready(service),
    async [Symbol.asyncDispose]() {
      await split[Symbol.asyncDispose]();
      await drop();
    },
  };
}

function door(url: string, prefix: string) {
  const { postgres, keys } = inject("servers");
  const transport = createConnectTransport({ baseUrl: url, httpVersion: "2" });
  return {
    url,
    transport: () => transport,
    client: <S extends DescService>(contract: S) => createClient(contract, transport),
    look: (service: string) => connect(urlsOf(postgres, prefix, openKeyring(keys, service)).owner),
  };
}

/** Call options that show an access token. */
export const bearer = (tokens: { accessToken: string } | undefined) => ({
  headers: { Authorization: `Bearer ${tokens?.accessToken}` },
});
