import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "@nats-io/transport-node";
import { inject } from "vitest";
import { startServers } from "../../cli/servers/index.ts";
import { freePort } from "../../cli/servers/port.ts";

/** A NATS of a test's own, whose memory can be taken away. */
export interface OwnNats extends AsyncDisposable {
  readonly url: string;
  /** Ends it as a power cut would. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Keeps a copy of what it has stored. */
  copy(): Promise<void>;
  /** Puts the copy back in place of what it has stored since; only while it is down. */
  putBack(): Promise<void>;
}

/** Starts it the way the product does, learns how that was done, and goes on by itself. */
export async function startOwnNats(): Promise<OwnNats> {
  const home = await mkdtemp(join(tmpdir(), "skein-nats-"));
  const { postgres, redis } = inject("servers");
  const store = join(home, "store");
  const port = await freePort();
  let program: string;
  {
    await using found = await startServers({ home, durable: false, given: { postgres, redis } });
    const pid = found.about.find(({ name }) => name === "nats")?.pid;
    [program = ""] = (await readFile(`/proc/${pid}/cmdline`, "utf8")).split("\0");
  }
  let child: ChildProcess | undefined;
  const self: OwnNats = {
    url: `nats://127.0.0.1:${port}`,
    async kill() {
      if (!child || child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, "exit");
      child.kill("SIGKILL");
      await gone;
    },
    async start() {
      const args = ["--port", String(port), "--addr", "127.0.0.1", "--jetstream", "--store_dir", store];
      child = spawn(program, args, { stdio: "ignore" });
      await (await connect({ servers: self.url, waitOnFirstConnect: true, reconnectTimeWait: 50 })).close();
    },
    copy: () => cp(store, `${store}.copy`, { recursive: true, force: true }),
    async putBack() {
      await rm(store, { recursive: true, force: true });
      await cp(`${store}.copy`, store, { recursive: true });
    },
    async [Symbol.asyncDispose]() {
      await self.kill();
      await rm(home, { recursive: true, force: true });
    },
  };
  await self.start();
  return self;
}
