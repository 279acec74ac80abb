import { createHash } from "node:crypto";
import type { Prepared } from "./kind.ts";
import type { Place } from "./place.ts";
import { howToGet, Preflight } from "./preflight.ts";

export type Sought = "redis" | "nats";

/** How to run a server: a binary on this machine, or an image in Docker. */
export type Command =
  | { readonly file: string; readonly env?: Readonly<Record<string, string>> }
  | { readonly image: string };

/** One way to get servers; answers those it could get, the rest is left to the next way. */
export type Way = (sought: readonly Sought[], place: Place) => Promise<Partial<Record<Sought, Command>>>;

/** The programs that count as each server, the better known first. */
export const programs = { redis: ["redis-server", "valkey-server"], nats: ["nats-server"] } as const;

/** Walks the ways in order until everything sought is found. */
export async function locate(
  sought: readonly Sought[],
  ways: readonly Way[],
  place: Place,
): Promise<Record<Sought, Command>> {
  const found: Partial<Record<Sought, Command>> = {};
  const missing = () => sought.filter((name) => !found[name]);
  for (const way of ways) {
    if (missing().length === 0) break;
    Object.assign(found, await way(missing(), place));
  }
  const names = missing().map((name) => programs[name][0]);
  if (names.length === 0) return found as Record<Sought, Command>;
  throw new Preflight(
    `${missing().join("_AND_").toUpperCase()}_MISSING`,
    `${names.join(" and ")} not found`,
    howToGet(names),
  );
}

interface Wanted {
  readonly name: Sought;
  readonly innerPort: number;
  readonly data: string;
  inner(port: number, bind: string, dir: string): string[];
}

/** Turns a command into something to spawn. A container's client stays our child, so both end alike. */
export function commandLine(
  command: Command,
  { home, user }: Place,
  { name, innerPort, data, inner }: Wanted,
): Prepared {
  if ("file" in command) {
    const { file, env } = command;
    return {
      data,
      patienceMs: 20_000,
      launch: (port) => ({ file, args: inner(port, "127.0.0.1", data), ...(env && { env }), ...(user && { user }) }),
    };
  }
  const container = `skein-${name}-${createHash("sha256").update(home).digest("hex").slice(0, 10)}`;
  const owner = `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`;
  const options = ["--rm", "--init", "--name", container, "--user", owner, "--volume", `${data}:/data`];
  return {
    data,
    container,
    patienceMs: 60_000,
    launch: (port) => ({
      file: "docker",
      args: [
        "run",
        ...options,
        "--publish",
        `127.0.0.1:${port}:${innerPort}`,
        command.image,
        ...program(name),
        ...inner(innerPort, "0.0.0.0", "/data"),
      ],
    }),
  };
}

const program = (name: Sought): string[] => (name === "redis" ? ["redis-server"] : []); // nats' image has its server as entry point
