import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { inject } from "vitest";
import { startServers } from "../../cli/servers/index.ts";
import { freePort } from "../../cli/servers/port.ts";

/** A Redis of a test's own with a replica, behind one address. */
export interface OwnRedis extends AsyncDisposable {
  readonly url: string;
  /** Forgets everything. */
  flush(): Promise<void>;
  /** From now on the replica hears nothing: what is written goes to the primary alone. */
  partReplica(): Promise<void>;
  /** The primary dies, the replica takes its place: what was written since they parted is lost. */
  promote(): Promise<void>;
}

interface Server {
  readonly port: number;
  readonly child: ChildProcess;
  readonly client: Redis;
}

/** Starts both, and a door that always leads to the primary. */
export async function startOwnRedis(): Promise<OwnRedis> {
  const home = await mkdtemp(join(tmpdir(), "skein-redis-"));
  const program = await programOf(home);
  const begin = async (): Promise<Server> => {
    const port = await freePort();
    const args = ["--port", `${port}`, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", home];
    const child = spawn(program, args, { stdio: "ignore" });
    const client = new Redis(port, "127.0.0.1", { retryStrategy: () => 50, maxRetriesPerRequest: null });
    client.on("error", () => undefined); // not up yet, or fallen: both are meant
    await client.ping();
    return { port, child, client };
  };
  let [primary, replica] = [await begin(), await begin()];
  const follow = async () => {
    await replica.client.replicaof("127.0.0.1", primary.port);
    while (!(await replica.client.info("replication")).includes("master_link_status:up")) await primary.client.ping();
  };
  await follow();
  const guests = new Set<Socket>();
  const door = createServer((guest) => {
    const host = connect(primary.port, "127.0.0.1");
    guest.pipe(host).pipe(guest);
    for (const socket of [guest, host]) {
      guests.add(socket);
      socket
        .on("error", () => undefined)
        .on("close", () => {
          guests.delete(socket);
          guest.destroy();
          host.destroy();
        });
    }
  });
  door.listen(0, "127.0.0.1");
  await once(door, "listening");
  const address = door.address();
  const end = async ({ child, client }: Server) => {
    client.disconnect();
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
  };
  return {
    url: `redis://127.0.0.1:${typeof address === "object" ? address?.port : 0}/0`,
    flush: async () => void (await primary.client.flushall()),
    partReplica: async () => void (await replica.client.replicaof("127.0.0.1", 1)),
    async promote() {
      const fallen = primary;
      await replica.client.replicaof("NO", "ONE");
      primary = replica;
      await end(fallen);
      for (const socket of guests) socket.destroy();
      replica = await begin();
      await follow();
    },
    async [Symbol.asyncDispose]() {
      door.close();
      for (const socket of guests) socket.destroy();
      await Promise.all([end(primary), end(replica)]);
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** Learns from the product how it starts one. */
async function programOf(home: string): Promise<string> {
  const { postgres, nats } = inject("servers");
  await using found = await startServers({ home, durable: false, given: { postgres, nats } });
  const pid = found.about.find(({ name }) => name === "redis")?.pid;
  return (await readFile(`/proc/${pid}/cmdline`, "utf8")).split(/[\0 ]/)[0] || "redis-server";
}
