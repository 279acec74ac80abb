import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { checkRoom, elsewhere, ownDirectory, passwordOf } from "./home.ts";
import { clearPostmaster } from "./postmaster.ts";
import { Preflight } from "./preflight.ts";
import { serverNames } from "./record.ts";

/** Where the servers keep their data and who they run as. */
export interface Place {
  readonly home: string;
  /** home itself, or a directory outside when the servers' user cannot reach home. */
  readonly base: string;
  /** Whom the servers run as; absent when that is simply us. */
  readonly user?: { readonly uid: number; readonly gid: number };
  readonly say: (line: string) => void;
  readonly signal?: AbortSignal;
}

/** PostgreSQL refuses to run as root, and nothing else on a loopback port should: root lends its servers to `nobody`. */
export async function choosePlace(home: string, say: Place["say"], signal?: AbortSignal): Promise<Place> {
  const rest = { home, say, ...(signal && { signal }) };
  if (process.getuid?.() !== 0) return { ...rest, base: home };
  const user = nobody();
  chmodSync(home, statSync(home).mode | 0o111); // to pass through; what is secret inside has its own mode
  if (allows(user, "-x", home)) return { ...rest, base: home, user };
  const base = elsewhere(home);
  ownDirectory(base, 0o711);
  checkRoom(base);
  say(`${home} is out of reach for the servers' user, so their data is kept in ${base}`);
  if (passwordOf(home) === undefined && existsSync(join(base, "postgres"))) await wipe(base, say);
  return { ...rest, base, user };
}

// Data kept outside home dies with home: who removed `.skein` wanted a fresh start, of all three together.
async function wipe(base: string, say: Place["say"]): Promise<void> {
  say(`${base} belonged to a home that is gone: starting afresh`);
  await clearPostmaster(join(base, "postgres"));
  for (const name of serverNames) rmSync(join(base, name), { recursive: true, force: true });
}

/** A private directory for one server, owned by whom it runs as. */
export function dataDirectory({ base, user }: Place, name: string): string {
  const path = join(base, name);
  if (!existsSync(path)) mkdirSync(path, { mode: 0o700 });
  if (!user || statSync(path).uid === user.uid) return path;
  chownSync(path, user.uid, user.gid);
  execFileSync("chown", ["-R", `${user.uid}:${user.gid}`, path]); // another user's data: a copied or restored home
  return path;
}

/** What `test` says when asked as the servers' user. */
export function allows(user: Place["user"], question: "-x" | "-w", path: string): boolean {
  try {
    execFileSync("/bin/sh", ["-c", 'test "$1" "$2"', "sh", question, path], { cwd: "/", stdio: "ignore", ...user });
    return true;
  } catch {
    return false;
  }
}

function nobody(): { uid: number; gid: number } {
  const id = (flag: string) =>
    Number(execFileSync("id", [flag, "nobody"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }));
  try {
    return { uid: id("-u"), gid: id("-g") };
  } catch (error) {
    throw new Preflight(
      "NO_SERVER_USER",
      "as root the servers run as `nobody`, and there is no such user",
      "run Skein as an ordinary user",
      error,
    );
  }
}
