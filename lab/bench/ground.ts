import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import { nodeFlags } from "#mesh/host/heap.ts";
import { provisionAll } from "#mesh/host/provisioning.ts";
import { ensureKeys, openKeyring } from "#mesh/identity/keyring.ts";
import type { Env } from "../../cli/command.ts";
import { withoutAdministrator } from "../../cli/fleet/posts.ts";
import { serversRunning, startServers } from "../../cli/servers/index.ts";
import { freePort } from "../../cli/servers/port.ts";
import { startSplit } from "../../cli/split.ts";
import { everything } from "../../main.ts";
import { seldomPausing } from "./worker.ts";

/** A mesh to be measured, on servers of its own that force every commit to disk. */
export interface BenchGround extends AsyncDisposable {
  readonly url: string;
  /** A database on the same server, for the machine's own limit. */
  readonly bare: string;
  readonly redis: string;
  /** In which the databases of the services are found, by their administrator. */
  readonly env: Env;
  /** Every process of ours as it is now: the mesh in one, or each service; and the servers. */
  pids(): Readonly<Record<string, number>>;
  /** Prometheus text of all processes of ours. */
  metrics(): Promise<string>;
  /** Accounts that are signed in. */
  people(count: number): Promise<{ accountId: string; token: string }[]>;
}

/** All in one process, in two that share everything, or one process for each service. */
export type Shape = "one" | "pair" | "split";

/** Starts the whole mesh in a shape. */
export async function startBenchGround(shape: Shape): Promise<BenchGround> {
  await using scope = new AsyncDisposableStack();
  const home = await mkdtemp(join(tmpdir(), "skein-bench-"));
  scope.defer(() => rm(home, { recursive: true, force: true }));
  const servers = scope.use(await startServers({ home, durable: true }));
  const keys = join(home, "keys");
  ensureKeys(
    keys,
    everything.map(({ name }) => name),
  );
  await provisionAll(everything, servers.postgres, "skein_", (service) => openKeyring(keys, service));
  const port = await freePort();
  const adminPort = await freePort();
  const env = withoutAdministrator(
    {
      ...{
        PATH: process.env.PATH,
        SKEIN_HOME: home,
        SKEIN_KEYS: keys,
        REDIS_URL: servers.redis,
        NATS_URL: servers.nats,
      },
      ...{ GATEWAY_PORT: String(port), ADMIN_PORT: String(adminPort), MESH_PORT: "-1", LOG_LEVEL: "error" },
      ...{
        GATEWAY_LIMIT_ANONYMOUS: "0",
        GATEWAY_LIMIT_ACCOUNT: "0",
        GATEWAY_LIMIT_WRITES: "0",
        GATEWAY_LIMIT_GUARDED: "0",
      },
      IDENTITY_HASH_QUEUE: "1000",
    },
    servers.postgres,
  );
  let url: string;
  let adminUrls: readonly string[] = [`http://127.0.0.1:${adminPort}`];
  let meshPids: () => Readonly<Record<string, number>>;
  if (shape === "split") {
    const split = scope.use(
      await startSplit(
        everything.map(({ name }) => name),
        { env },
      ),
    );
    url = split.urls.gateway ?? "";
    adminUrls = Object.values(split.adminUrls);
    meshPids = () => split.pids;
  } else {
    const child = fork(join(import.meta.dirname, "../../main.ts"), [], {
      env: { ...env, ...(shape === "pair" && { MESH_PROCESSES: "2" }) },
      stdio: ["ignore", "ignore", "inherit", "ipc"],
      // BENCH_PROFILE=folder leaves a CPU profile of the mesh there.
      execArgv: [
        ...nodeFlags(),
        ...(process.env.BENCH_PROFILE ? ["--cpu-prof", `--cpu-prof-dir=${process.env.BENCH_PROFILE}`] : []),
      ],
    });
    scope.defer(async () => {
      if (child.exitCode !== null) return;
      child.kill("SIGTERM");
      await once(child, "exit");
    });
    const died = once(child, "exit").then(([code]) => {
      throw new Error(`the mesh did not start (exit code ${code})`);
    });
    await Promise.race([once(child, "message"), died]);
    died.catch(() => undefined); // later it is meant to
    url = `http://127.0.0.1:${port}`;
    meshPids = () => ({ mesh: child.pid ?? 0 });
  }
  const identity = createClient(IdentityService, createConnectTransport({ baseUrl: url, httpVersion: "2" }));
  const owned = scope.move();
  return {
    url,
    bare: servers.postgres,
    redis: servers.redis,
    env: { ...env, DATABASE_URL: servers.postgres },
    pids: () => ({
      ...meshPids(),
      ...Object.fromEntries(serversRunning(home).map(({ name, pid }) => [name, pid])),
    }),
    async metrics() {
      const texts = adminUrls.map(async (admin) => (await fetch(`${admin}/metrics`)).text());
      return (await Promise.all(texts)).join("\n");
    },
    async people(count) {
      const found: { accountId: string; token: string }[] = [];
      for (let n = 0; n < count; n++) {
        const handle = `bench_${n}`;
        const { account, tokens } = await identity.registerAccount({
          ...{ handle, email: `${handle}@example.com`, password: "correct horse battery" },
        });
        found.push({ accountId: account?.profile?.accountId ?? "", token: tokens?.accessToken ?? "" });
      }
      return found;
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Runs one job in a process of its own. */
export async function inProcess<Job extends object, Answer>(file: string, job: Job): Promise<Answer> {
  const child = fork(join(import.meta.dirname, file), [], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    execArgv: seldomPausing(),
  });
  child.send(job);
  const [answer] = await once(child, "message");
  child.kill();
  return answer as Answer;
}

/** The middle of some numbers. */
export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
