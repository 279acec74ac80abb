import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { basename } from "node:path";
import { commandOf } from "./process.ts";

/** Who listens on a port. */
export interface PortOwner {
  readonly pid: number;
  readonly name: string;
  readonly command: string;
}

/** The port if it is free on the loopback, otherwise a free one that the system picks. */
export async function freePort(wish?: number): Promise<number> {
  const server = (wish && (await listen(wish))) || (await listen(0));
  if (!server) throw new Error("no free port on 127.0.0.1");
  const { port } = server.address() as { port: number };
  await new Promise((closed) => server.close(closed));
  return port;
}

/** The process that listens on the port, as far as we may see it. */
export function portOwner(port: number): PortOwner | undefined {
  const pid = process.platform === "linux" ? fromProc(port) : fromLsof(port);
  if (!pid) return undefined;
  const command = commandOf(pid);
  return { pid, name: basename(command.split(" ")[0] ?? "") || "a process", command };
}

function listen(port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server
      .once("error", () => resolve(undefined))
      .listen({ port, host: "127.0.0.1", exclusive: true }, () => resolve(server));
  });
}

// A listening socket is known by its inode; the process that has it open is its owner.
function fromProc(port: number): number | undefined {
  const wanted = port.toString(16).toUpperCase().padStart(4, "0");
  const inodes = new Set(
    ["tcp", "tcp6"]
      .flatMap((table) => lines(`/proc/net/${table}`))
      .map((line) => line.trim().split(/\s+/))
      .filter(([, local, , state]) => state === "0A" && local?.endsWith(`:${wanted}`))
      .map((fields) => `socket:[${fields[9]}]`),
  );
  if (inodes.size === 0) return undefined;
  return entries("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .find((pid) => entries(`/proc/${pid}/fd`).some((fd) => inodes.has(link(`/proc/${pid}/fd/${fd}`))));
}

function fromLsof(port: number): number | undefined {
  try {
    const out = execFileSync("lsof", ["-nP", `-iTCP:${port}`, "-sTCP:LISTEN", "-Fp"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    return Number(out.match(/^p(\d+)/m)?.[1]) || undefined;
  } catch {
    return undefined;
  }
}

const quietly = <T>(read: () => T, otherwise: T): T => {
  try {
    return read();
  } catch {
    return otherwise;
  }
};
const lines = (path: string) => quietly(() => readFileSync(path, "utf8").split("\n"), []);
const entries = (path: string) => quietly(() => readdirSync(path), []);
const link = (path: string) => quietly(() => readlinkSync(path), "");
