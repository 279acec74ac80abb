import { createHash } from "node:crypto";
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  statfsSync,
  writeFileSync,
} from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { dirname, join } from "node:path";
import { blameFiles, Preflight } from "./preflight.ts";

const leastFree = 300 * 1024 * 1024;

/** Where Skein keeps its state: SKEIN_HOME, else `.skein` in the checkout, else (a checkout that is not ours) a place of our own. */
export function chooseHome(checkout: string, env: NodeJS.ProcessEnv = process.env): string {
  if (env.SKEIN_HOME) return env.SKEIN_HOME;
  const inside = join(checkout, ".skein");
  return mayWrite(existsSync(inside) ? inside : checkout) ? inside : elsewhere(inside);
}

/** The place for what cannot live under home: short, outside any private directory, one per user and home. */
export function elsewhere(home: string): string {
  // systemd deletes what lay in /var/tmp for 30 days, files of a database too: whoever may, keeps away from there.
  const root = ["/var/lib", "/var/tmp"].find((folder) => existsSync(folder) && mayWrite(folder)) ?? tmpdir();
  return join(root, `skein-${process.getuid?.() ?? 0}-${createHash("sha256").update(home).digest("hex").slice(0, 10)}`);
}

/** Makes home ready (there, ours, writable, with room) and answers its real path. Everything secret in it has its own tight mode. */
export function prepareHome(wish: string): string {
  const home = existsSync(wish) ? realpathSync(wish) : wish;
  ownDirectory(home, 0o700);
  if (!mayWrite(home)) throw blameFiles({ code: "EACCES" }, home);
  checkRoom(home);
  return home;
}

/** Refuses to start where the disk would be full in a moment. */
export function checkRoom(path: string): void {
  const { bavail, bsize } = statfsSync(path);
  if (bavail * bsize >= leastFree) return;
  throw new Preflight(
    "DISK_FULL",
    `only ${Math.floor((bavail * bsize) / 1048576)} MB free where ${path} lives, 300 MB needed`,
    "free some space, or set SKEIN_HOME to another disk",
  );
}

/** A directory that nobody else can have prepared for us: made now, or found to be ours alone to write. */
export function ownDirectory(path: string, mode: number): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    if (!lstatSync(path, { throwIfNoEntry: false })) mkdirSync(path, { mode });
  } catch (error) {
    throw blameFiles(error, path) ?? error;
  }
  const { uid, mode: found } = lstatSync(path);
  const me = userInfo();
  if ((found & constants.S_IFMT) !== constants.S_IFDIR)
    throw new Preflight("HOME_NOT_WRITABLE", `${path} is not a directory`, "set SKEIN_HOME to a directory of your own");
  if (me.uid >= 0 && uid !== me.uid)
    throw new Preflight(
      "HOME_OF_ANOTHER_USER",
      `${path} belongs to user ${uid}, you are ${me.username} (${me.uid})`,
      "run as that user, or set SKEIN_HOME to a directory of your own",
    );
  if (found & 0o022) chmodSync(path, found & 0o755);
}

/** The file with the superuser's password. */
export const secretOf = (home: string): string => join(home, "postgres.secret");

/** The superuser's password, which only this home knows. */
export function passwordOf(home: string): string | undefined {
  return existsSync(secretOf(home)) ? readFileSync(secretOf(home), "utf8") : undefined;
}

/** The ports of the last start, by server. */
export function recalledPorts(home: string): Record<string, number> {
  try {
    return JSON.parse(readFileSync(join(home, "ports.json"), "utf8")) as Record<string, number>;
  } catch {
    return {};
  }
}

/** Remembers a port, so that the next start has the same addresses. */
export function rememberPort(home: string, name: string, port: number): void {
  writeFileSync(join(home, "ports.json"), JSON.stringify({ ...recalledPorts(home), [name]: port }));
}

export function mayWrite(directory: string): boolean {
  try {
    accessSync(directory, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
