import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempDisposable, readFile } from "node:fs/promises";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { describe, expect, test } from "vitest";
import { PostService } from "#gen/skein/content/v1/post_service_pb.ts";
import { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import { SessionService } from "#gen/skein/identity/v1/session_service_pb.ts";
import { takeDown } from "../../cli/down.ts";
import { freePort } from "../../cli/servers/port.ts";
import { bearer, shapes } from "./shapes.ts";

const root = join(import.meta.dirname, "../..");
const password = "correct horse battery";

describe.each(shapes)("%s", (shape) => {
  test("after kill -9 of everything under load, every acknowledged write is there and nothing is left running", async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), "skein-kill-"));
    const home = folder.path;
    const port = await freePort();
    const args = ["up", "--port", String(port), ...(shape === "split" ? ["--split"] : [])];
    const env = {
      ...process.env,
      SKEIN_HOME: home,
      ADMIN_PORT: "0",
      NO_COLOR: "1",
      GATEWAY_LIMIT_ANONYMOUS: "0",
      GATEWAY_LIMIT_GUARDED: "0",
      GATEWAY_LIMIT_WRITES: "0",
      GATEWAY_LIMIT_ACCOUNT: "0",
    };
    await using started = new AsyncDisposableStack(); // also what a failure in the middle leaves running
    const up = () => {
      const child = spawn(process.execPath, ["scripts/boot.mjs", "cli/main.ts", ...args], {
        cwd: root,
        env,
        stdio: ["ignore", "pipe", "pipe"],
        detached: true,
      });
      started.defer(() => void child.kill("SIGKILL"));
      return child;
    };
    started.defer(async () => void (await takeDown(home)));
    const transport = createConnectTransport({ baseUrl: `http://127.0.0.1:${port}`, httpVersion: "1.1" });
    const accounts = createClient(IdentityService, transport);
    const posts = createClient(PostService, transport);

    const first = up();
    await serving(port, first);
    const acknowledged: string[] = [];
    const published = new Map<string, string>();
    let stopped = false;
    const load = Array.from({ length: 4 }, async (_, worker) => {
      for (let at = 0; !stopped; at++) {
        const handle = `w${worker}_${at}`;
        const born = await accounts
          .registerAccount({ handle, email: `${handle}@example.com`, password })
          .catch(() => {});
        if (!born) continue;
        acknowledged.push(handle);
        const said = await posts.createPost({ post: { text: handle } }, bearer(born.tokens)).catch(() => {});
        if (said?.post?.card) published.set(said.post.card.id, handle);
      }
    });
    await expect.poll(() => acknowledged.length, { timeout: 30_000 }).toBeGreaterThan(20);
    expect(published.size).toBeGreaterThan(10);
    const pids = await everyProcess(home, first);
    for (const pid of pids) killHard(pid);
    stopped = true;
    await Promise.all(load);
    await expect.poll(() => pids.filter(alive), { timeout: 15_000 }).toEqual([]);
    await expect.poll(() => taken(port), { timeout: 15_000 }).toBe(false);

    const second = up();
    await serving(port, second);
    for (const handle of acknowledged) expect((await accounts.lookupProfile({ handle })).profile?.handle).toBe(handle);
    for (const [postId, text] of published)
      await expect // who sees whom stands on events that may still be on their way
        .poll(async () => (await posts.getPost({ postId })).post?.card?.text, { timeout: 15_000 })
        .toBe(text);
    const last = acknowledged.at(-1) ?? "";
    const { tokens } = await createClient(SessionService, transport).createSession({ login: last, password });
    expect(tokens?.accessToken).toMatch(/^ey/);

    const later = await everyProcess(home, second);
    second.kill("SIGKILL"); // the boot script alone: whatever descends from it must notice and go
    await expect.poll(() => later.filter(alive), { timeout: 30_000 }).toEqual([]);
    expect(await taken(port)).toBe(false);
  }, 180_000);
});

async function serving(port: number, child: ChildProcess): Promise<void> {
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (text) => (said += String(text)));
  const ended = new Promise<never>((_, reject) =>
    child.once("exit", (code) => reject(new Error(`up ended with ${code}:\n${said}`))),
  );
  ended.catch(() => undefined);
  await Promise.race([
    expect.poll(() => /\bReady in\b/.test(said), { timeout: 90_000, interval: 50 }).toBe(true),
    ended,
  ]);
  expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200);
}

/** The supervisor, all that descends from it, and the servers, which run in sessions of their own but are written down. */
async function everyProcess(home: string, child: ChildProcess): Promise<number[]> {
  const { readdir } = await import("node:fs/promises");
  const all = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const found = new Set<number>([child.pid ?? 0]);
  const details = await Promise.all(
    all.map(async (pid) => ({
      pid: Number(pid),
      parent: Number(/\) \S (\d+)/.exec(await readFile(`/proc/${pid}/stat`, "utf8").catch(() => ""))?.[1] ?? 0),
      text:
        (await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")) +
        (await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "")),
    })),
  );
  for (let size = -1; size !== found.size; ) {
    size = found.size;
    for (const { pid, parent, text } of details) if (found.has(parent) || text.includes(home)) found.add(pid);
  }
  found.delete(process.pid);
  return [...found].filter((pid) => pid > 1);
}

function killHard(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // gone already
  }
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function taken(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: "127.0.0.1", port }, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
