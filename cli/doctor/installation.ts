import type { Env } from "../command.ts";
import { healthOf } from "../fleet/health.ts";
import type { Run } from "../fleet/run-file.ts";
import { pending } from "../install/provision.ts";
import { givenServers, readSettings } from "../install/settings.ts";
import { readEntry } from "../log/line.ts";
import { lastLines } from "../log/read.ts";
import { startServers } from "../servers/index.ts";
import { freePort, portOwner } from "../servers/port.ts";
import { postgres } from "../servers/postgres.ts";
import { Preflight } from "../servers/preflight.ts";
import { serversRunning } from "../servers/running.ts";
import { count } from "../terminal/words.ts";
import { takenBy } from "../up/ports.ts";
import { type Finding, ok, warning, wrong } from "./finding.ts";

/** Settings as a start would read them. */
export function configuration(env: Env): Finding {
  try {
    const { warnings } = readSettings(env);
    return warnings.length > 0
      ? warning("configuration", warnings.join("; "), "correct the names, see: ./skein config example")
      : ok("configuration", "in order");
  } catch (error) {
    return wrong("configuration", (error as Error).message, "see: ./skein config example");
  }
}

/** The ports a start would want. */
export async function ports(env: Env, run: Run | undefined): Promise<Finding> {
  if (run) return ok("ports", "in use by this installation");
  const wanted = [Number(env.GATEWAY_PORT), Number(env.ADMIN_PORT)].filter((port) => port > 0);
  const taken: number[] = [];
  for (const port of wanted) if ((await freePort(port)) !== port) taken.push(port);
  if (taken.length === 0) return ok("ports", `${wanted.join(" and ")} free`);
  return wrong("ports", taken.map((port) => takenBy(port, portOwner(port))).join("; "), "try: ./skein up --port 7710");
}

/** The servers that run, or those that the user named. Nothing is started for this. */
export async function servers(env: Env, home: string): Promise<Finding> {
  const running = serversRunning(home);
  const given = givenServers(readSettings(env));
  const words = [
    ...running.map(({ name, version, port }) => `${name} ${version} (${port})`),
    ...Object.keys(given).map((name) => `${name} as the environment says`),
  ];
  if (Object.keys(given).length === 3) {
    return startServers({ home, durable: true, given }).then(
      () => ok("servers", words.join(", ")),
      (error: unknown) =>
        error instanceof Preflight
          ? wrong("servers", error.message, error.fix)
          : wrong("servers", String(error), "see: ./skein config print"),
    );
  }
  return ok("servers", words.length > 0 ? words.join(", ") : "none run; ./skein up starts them");
}

/** Migrations that the databases lack, when there is a server to ask. */
export async function migrations(env: Env, home: string): Promise<Finding> {
  const own = serversRunning(home).find(({ name }) => name === "postgres");
  const database = givenServers(readSettings(env)).postgres ?? (own && postgres.url(home, own.port));
  if (!database) return ok("migrations", "not looked at: no database runs");
  try {
    const lacking = (await pending({ ...env, DATABASE_URL_FILE: undefined, DATABASE_URL: database })).filter(
      ({ ran }) => ran.length > 0,
    );
    if (lacking.length === 0) return ok("migrations", "all have run");
    const words = lacking.map(({ service, ran }) => `${service} lacks ${ran.join(", ")}`).join("; ");
    return wrong("migrations", words, "run: ./skein migrate");
  } catch (error) {
    return wrong(
      "migrations",
      `the database cannot be asked: ${(error as Error).message}`,
      "see: ./skein logs postgres",
    );
  }
}

/** What the processes say of themselves. */
export async function readiness(run: Run | undefined): Promise<Finding> {
  if (!run) return ok("readiness", "not running");
  const found = await Promise.all(
    run.processes.map(async ({ name, adminPort }) => ({ name, ...(await healthOf(adminPort)) })),
  );
  const bad = found.filter(({ ready, words }) => !ready || words !== "ready");
  if (bad.length === 0)
    return ok("readiness", `${count(found.length, "process").replace("processs", "processes")} ready`);
  const words = bad.map(({ name, words: why }) => `${name}: ${why}`).join("; ");
  return bad.some(({ ready }) => !ready)
    ? wrong("readiness", words, "see: ./skein logs")
    : warning("readiness", words, "see: ./skein logs");
}

/** Bugs that the logs speak of. */
export function errors(home: string): Finding {
  const isError = (line: string) => ["error", "fatal"].includes(readEntry(line)?.level ?? "");
  const { shown } = lastLines(home, { names: undefined, matches: isError }, 1_000);
  const last = readEntry(shown.at(-1) ?? "");
  if (!last) return ok("errors", "none in the logs");
  return warning(
    "errors",
    `${count(shown.length, "error")} in the logs, the last at ${last.ts}`,
    `see: ./skein logs ${last.service ?? ""} --grep '"level":"error"'`,
  );
}
