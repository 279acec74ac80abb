import { execFile } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";
import { promisify } from "node:util";
import type { Place } from "./place.ts";
import { type Command, programs, type Sought, type Way } from "./way.ts";

const run = promisify(execFile);

// Debian keeps servers where an ordinary user's PATH does not look; Homebrew where a GUI's does not.
const besides = [
  "/usr/local/sbin",
  "/usr/local/bin",
  "/usr/sbin",
  "/usr/bin",
  "/opt/homebrew/bin",
  "/usr/local/opt/redis/bin",
  "/home/linuxbrew/.linuxbrew/bin",
  "/opt/local/bin",
  "/snap/bin",
];
const oldest = { redis: [6, 0], nats: [2, 9] } as const;

/** Looks in PATH and in the places that PATH tends to forget. */
export function onPath(path = [process.env.PATH ?? "", ...besides].join(delimiter)): Way {
  const there = path.split(delimiter).filter((directory) => isAbsolute(directory) && existsSync(directory));
  const directories = [...new Set(there.map((directory) => realpathSync(directory)))];
  return async (sought, place) => {
    const found = await Promise.all(
      sought.map(async (name) => [name, await firstIn(directories, name, place)] as const),
    );
    return Object.fromEntries(found.filter(([, command]) => command));
  };
}

/** The first program that runs as the servers' user and is not too old. */
export async function firstIn(
  directories: readonly string[],
  name: Sought,
  place: Place,
  env?: Record<string, string>,
): Promise<Command | undefined> {
  const files = programs[name].flatMap((program) => directories.map((directory) => join(directory, program)));
  for (const file of files.filter((candidate) => existsSync(candidate))) {
    const version = await versionOf(file, place, env);
    const [major, minor] = oldest[name];
    if (version && (version[0] > major || (version[0] === major && version[1] >= minor)))
      return { file, ...(env && { env }) };
    place.say(
      version
        ? `${file} is ${version.join(".")}, ${major}.${minor} or newer is needed: looking further`
        : `${file} does not run for the servers' user: looking further`,
    );
  }
  return undefined;
}

async function versionOf(
  file: string,
  { user }: Place,
  env?: Record<string, string>,
): Promise<[number, number] | undefined> {
  try {
    const { stdout } = await run(file, ["--version"], {
      cwd: "/",
      timeout: 5000,
      env: { ...process.env, ...env },
      ...user,
    });
    const [, major, minor] = stdout.match(/v=?(\d+)\.(\d+)/) ?? [];
    return major ? [Number(major), Number(minor)] : undefined;
  } catch {
    return undefined;
  }
}
