import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chownSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { passwordOf, secretOf } from "./home.ts";
import { dataDirectory, type Place } from "./place.ts";
import { blameFiles, Preflight, reasonOf } from "./preflight.ts";

const run = promisify(execFile);

/** The data directory, made if it is not there, never half made. */
export async function postgresData(place: Place, native: string, durable: boolean): Promise<string> {
  const data = join(place.base, "postgres");
  if (existsSync(join(data, "PG_VERSION"))) {
    await check(place.home, data, native);
    return dataDirectory(place, "postgres");
  }
  sweep(place.base);
  const fresh = dataDirectory(place, `postgres.${process.pid}.new`);
  const password = join(place.base, `postgres.${process.pid}.password`);
  try {
    writeFileSync(secretOf(place.home), randomBytes(24).toString("base64url"), { mode: 0o600 });
    writeFileSync(password, passwordOf(place.home) ?? "", { mode: 0o600 });
    if (place.user) chownSync(password, place.user.uid, place.user.gid);
    await initdb(native, fresh, password, durable, place);
    rmSync(data, { recursive: true, force: true });
    renameSync(fresh, data);
    return data;
  } catch (error) {
    place.signal?.throwIfAborted();
    if (error instanceof Preflight) throw error;
    throw (
      blameFiles(error, place.base) ??
      new Preflight(
        "INITDB_FAILED",
        `initdb failed: ${reasonOf(error)}`,
        "mend what it names, or start afresh: ./skein reset",
        error,
      )
    );
  } finally {
    rmSync(password, { force: true });
    rmSync(fresh, { recursive: true, force: true });
  }
}

// What a host killed in the middle of a first start left behind.
function sweep(base: string): void {
  const halfMade = readdirSync(base).filter((entry) => /^(postgres\.\d+\.(new|password)|native-\d+)$/.test(entry));
  for (const entry of halfMade) rmSync(join(base, entry), { recursive: true, force: true });
}

async function initdb(
  native: string,
  data: string,
  password: string,
  durable: boolean,
  { user, signal: abort }: Place,
): Promise<void> {
  // A builtin locale sorts the same on every system; ICU and libc ones change under an index with an upgrade.
  const locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"];
  const options = ["--username=skein", `--pwfile=${password}`, "--auth=scram-sha-256", "--no-instructions", ...locale];
  await run(join(native, "bin", "initdb"), ["-D", data, ...options, ...(durable ? [] : ["--no-sync"])], {
    cwd: "/",
    env: { ...process.env, LC_ALL: "C", TZ: "UTC" },
    ...(abort && { signal: abort }),
    ...user,
  });
}

async function check(home: string, data: string, native: string): Promise<void> {
  if (passwordOf(home) === undefined)
    throw new Preflight(
      "POSTGRES_SECRET_LOST",
      `${data} is there, but its password is not`,
      "put postgres.secret back, or start afresh: ./skein reset",
    );
  const theirs = readFileSync(join(data, "PG_VERSION"), "utf8").trim();
  const { stdout } = await run(join(native, "bin", "pg_ctl"), ["--version"], { cwd: "/" });
  const ours = stdout.match(/(\d+)\./)?.[1];
  if (theirs !== ours)
    throw new Preflight(
      "POSTGRES_VERSION",
      `${data} is of PostgreSQL ${theirs}, the server here is ${ours}`,
      "dump it with the old one, or start afresh: ./skein reset",
    );
}
