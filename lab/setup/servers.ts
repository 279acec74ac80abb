import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { ensureKeys } from "#mesh/identity/keyring.ts";
import { connect } from "#mesh/store/provision.ts";
import type {} from "#mesh/testing.ts";
import { startServers } from "../../cli/servers/index.ts";

const SERVICES = ["identity", "social-graph", "content", "timeline", "media", "moderation", "notification", "gateway"];

/** Starts real PostgreSQL, Redis and NATS once for the whole run; the tests share them and nothing outlives them. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const home = await mkdtemp(join(tmpdir(), "skein-servers-"));
  const servers = await startServers({ home, durable: false });
  const keys = join(home, "keys");
  ensureKeys(keys, SERVICES);
  const { postgres, redis, nats } = servers;
  await cheapen(postgres);
  project.provide("servers", { postgres, redis, nats, keys });
  return async () => {
    await servers[Symbol.asyncDispose]();
    await rm(home, { recursive: true, force: true });
  };
}

/** Every mesh opens dozens of connections, and each derives its password's key anew: once will do here. */
async function cheapen(postgres: string): Promise<void> {
  await using admin = await connect(postgres);
  await admin.query("alter system set scram_iterations = 1");
  await admin.query("select pg_reload_conf()");
}
