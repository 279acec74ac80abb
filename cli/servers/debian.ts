import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { mayWrite } from "./home.ts";
import { firstIn, onPath } from "./on-path.ts";
import type { Place } from "./place.ts";
import { familyOf, osRelease, reasonOf } from "./preflight.ts";
import { type Command, programs, type Sought, type Way } from "./way.ts";

const run = promisify(execFile);
const environment = { ...process.env, LC_ALL: "C", DEBIAN_FRONTEND: "noninteractive", HOME: "/" };
const names = { redis: "redis-server", nats: "nats-server" } as const;

/** Debian's and Ubuntu's packages: root installs them, anybody else unpacks them into a directory of their own. */
export function debian({ install = process.getuid?.() === 0, shelf }: { install?: boolean; shelf?: string } = {}): Way {
  return async (sought, place) => {
    const into = shelf ?? shelfOf(place);
    if (familyOf(osRelease()) !== "debian" || !existsSync("/usr/bin/apt-get")) return {};
    const installed = install && (await installAll(sought, place)) ? await onPath()(sought, place) : {};
    for (const name of sought.filter((name) => !installed[name])) await unpack(name, place, into);
    return { ...(await onShelf(into)(sought, place)), ...installed };
  };
}

/** What was unpacked before. */
export function onShelf(shelf?: string): Way {
  return async (sought, place) => {
    const root = (name: Sought) => join(shelf ?? shelfOf(place), name);
    const found = await Promise.all(
      sought.map(async (name) => [name, await unpacked(name, root(name), place)] as const),
    );
    return Object.fromEntries(found.filter(([, command]) => command));
  };
}

// Shared by every home of this checkout where possible: a test run must not fetch packages each time.
function shelfOf({ base, user }: Place): string {
  const checkout = join(import.meta.dirname, "..", "..");
  const cache = join(checkout, ".cache");
  return join(!user && mayWrite(existsSync(cache) ? cache : checkout) ? cache : base, "debian");
}

async function unpacked(name: Sought, root: string, place: Place): Promise<Command | undefined> {
  if (!existsSync(root)) return undefined;
  const triplets = existsSync(join(root, "usr/lib"))
    ? readdirSync(join(root, "usr/lib")).filter((entry) => entry.includes("-linux-gnu"))
    : [];
  const libraries = triplets.flatMap((triplet) => [join(root, "usr/lib", triplet), join(root, "lib", triplet)]);
  return await firstIn([join(root, "usr/bin"), join(root, "usr/sbin")], name, place, {
    LD_LIBRARY_PATH: libraries.join(":"),
  });
}

// Never aborted half way: an interrupted dpkg leaves the whole system to repair.
async function installAll(sought: readonly Sought[], { say }: Place): Promise<boolean> {
  const wanted = sought.map((name) => names[name]);
  const apt = (...args: string[]) =>
    run("apt-get", ["-y", "-q", "-o", "DPkg::Lock::Timeout=60", ...args], { env: environment });
  say(`${wanted.join(" and ")} not on PATH; installing Debian's package (apt-get install)`);
  const attempt = () => apt("install", "--no-install-recommends", ...wanted);
  return await attempt()
    .catch(() => apt("update").then(attempt))
    .then(() => true)
    .catch((error: unknown) => {
      say(`apt-get install failed (${reasonOf(error)})`);
      return false;
    });
}

async function unpack(name: Sought, place: Place, shelf: string): Promise<void> {
  const staging = join(shelf, `${name}.${process.pid}`);
  const lists = join(staging, "lists");
  try {
    for (const folder of ["lists/partial", "archives/partial", "root"])
      mkdirSync(join(staging, folder), { recursive: true });
    place.say(`${programs[name][0]} not on PATH; using Debian's package, unpacked into ${shelf} (5 MB)`);
    // The machine's own package lists are quicker, if it has them and they are not outdated.
    await download(name, staging, "/var/lib/apt/lists", place).catch(async () => {
      await apt(staging, lists, place, ["update"]);
      await download(name, staging, lists, place);
    });
    const packages = readdirSync(join(staging, "archives")).filter((file) => file.endsWith(".deb"));
    for (const file of packages)
      await run("dpkg", ["-x", join(staging, "archives", file), join(staging, "root")], { env: environment });
    rmSync(join(shelf, name), { recursive: true, force: true });
    renameSync(join(staging, "root"), join(shelf, name));
  } catch (error) {
    place.signal?.throwIfAborted();
    place.say(`Debian's ${names[name]} could not be fetched (${reasonOf(error)})`);
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

// Resolved against what the machine has installed, so exactly the missing libraries come along; what the server is made
// of comes in any case: redis-server is a symlink into redis-tools, which may be installed alone.
const parts = { redis: ["redis-server", "redis-tools"], nats: ["nats-server"] } as const;
const download = (name: Sought, staging: string, lists: string, place: Place) =>
  apt(staging, lists, place, ["install", "--download-only", "--reinstall", "--no-install-recommends", ...parts[name]]);

async function apt(staging: string, lists: string, { signal }: Place, command: readonly string[]): Promise<void> {
  const options = {
    "Dir::State": staging,
    "Dir::State::status": "/var/lib/dpkg/status",
    "Dir::State::lists": lists,
    "Dir::Cache": staging,
    "Dir::Cache::archives": join(staging, "archives"),
    "Debug::NoLocking": "1",
    "APT::Sandbox::User": "",
  };
  const flags = Object.entries(options).flatMap(([key, value]) => ["-o", `${key}=${value}`]);
  await run("apt-get", [...flags, "-y", "-q", ...command], {
    env: environment,
    maxBuffer: 1e8,
    ...(signal && { signal }),
  });
}
