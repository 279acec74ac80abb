import { existsSync } from "node:fs";
import { type Cli, type Env, exits, Refusal } from "../command.ts";
import { type Fleet, startOnFreePorts } from "../fleet/fleet.ts";
import { onePost, splitPosts, withoutAdministrator } from "../fleet/posts.ts";
import { claimRun, forgetRun, type Run, writeRun } from "../fleet/run-file.ts";
import { type Ground, layGround } from "../install/ground.ts";
import { allPersonas, knownPersonas } from "../install/personas.ts";
import { provision } from "../install/provision.ts";
import { nobodyIsHere, seedPersonas } from "../install/seeding.ts";
import { givenServers, names, readSettings } from "../install/settings.ts";
import { openLogs } from "../log/files.ts";
import { elsewhere, prepareHome } from "../servers/home.ts";
import { count } from "../terminal/words.ts";
import { versionOf } from "../version.ts";
import { released } from "./behind.ts";
import { startedBlock } from "./block.ts";
import { bookkeeper } from "./bookkeeper.ts";
import { requireFree } from "./ports.ts";
import { isPrivate } from "./private.ts";
import { settled } from "./settled.ts";
import { wipe } from "./wipe.ts";

/** What `up` was asked for. */
export interface Wish {
  readonly split: boolean;
  readonly fresh: boolean;
  readonly port: number | undefined;
}

/** Starts everything, stays until it is asked to stop, and stops everything again. */
export async function stay(wish: Wish, cli: Cli): Promise<number> {
  const { talk, signal, checkout } = cli;
  const began = performance.now();
  const shape = wish.split ? "split" : "one process";
  const version = versionOf(checkout);
  talk.say(` ${talk.paint("bold", `skein ${version}`)} · node ${process.versions.node} · ${shape}`);
  await using scope = new AsyncDisposableStack();
  const home = prepareHome(cli.home);
  const env = settled(wish, { ...cli.env, SKEIN_HOME: home });
  let run = await claimRun(home, { shape, version, since: new Date().toISOString() });
  scope.defer(() => forgetRun(home, run));
  await talk.step(
    "preflight",
    () => preflight(wish, env, home, cli),
    () => "settings, ports, disk",
  );

  // What is fetched, installed or kept elsewhere stays on the screen: it outlasts this start.
  const ground = scope.use(
    await talk.step(
      "servers",
      () => layGround({ ...cli, env, home }, (line) => talk.say(` ${talk.paint("yellow", "ℹ")} ${line}`)),
      serversWords,
    ),
  );
  signal.throwIfAborted();
  await talk.step("databases", () => provision(ground.env), databasesWords);
  signal.throwIfAborted();
  const bare = withoutAdministrator(ground.env, ground.servers.postgres);
  const logs = scope.use(openLogs(home));
  const watcher = bookkeeper(
    talk,
    logs,
    (processes) => {
      run = { ...run, processes };
      writeRun(home, run);
    },
    () => run.state === "ready",
  );
  const posts = async () => (wish.split ? splitPosts(names, bare) : onePost("mesh", names, bare));
  const fleet = scope.use(
    await talk.step(
      "services",
      () => startOnFreePorts(posts, watcher, { edgesMs: 2_500, restMs: 1_500 }, signal),
      () => names.join(" "),
    ),
  );
  const url = urlOf(fleet);
  const seeded = await seedIfNew(url, ground, home, talk);

  run = { ...run, state: "ready", url };
  writeRun(home, run);
  const started = {
    url,
    shape,
    home,
    processes: run.processes,
    seeded,
    tookMs: performance.now() - began,
    sendsMail: Boolean(env.IDENTITY_SMTP_URL),
    detached: process.connected === true,
  };
  cli.out(cli.json ? JSON.stringify(started) : `\n${startedBlock(started, talk)}\n`);
  released();
  await wished(signal);
  return stopped(cli, run, scope, home);
}

async function preflight({ fresh }: Wish, env: Env, home: string, { talk }: Cli): Promise<void> {
  const settings = readSettings(env);
  for (const warning of settings.warnings) talk.say(` ${talk.paint("yellow", "⚠")} ${warning}`);
  if (fresh && givenServers(settings).postgres) {
    throw new Refusal(
      exits.usage,
      "--fresh deletes only databases of our own, and DATABASE_URL names a server of yours",
      "drop its databases yourself, or unset DATABASE_URL",
    );
  }
  if (fresh) await wipe(home);
  await requireFree(Number(env.GATEWAY_PORT), "GATEWAY_PORT");
  await requireFree(Number(env.ADMIN_PORT), "ADMIN_PORT");
}

/** Known passwords only where they harm nobody: in a new database of our own, behind a door that only this machine finds. */
async function seedIfNew(url: string, { own, env }: Ground, home: string, talk: Cli["talk"]): Promise<boolean> {
  if (!own || !isPrivate(new URL(url).hostname)) return false;
  if (allPersonas(home)) return true;
  if (!knownPersonas(home) && !(await nobodyIsHere(url))) return false;
  try {
    await talk.step(
      "seed",
      () => seedPersonas(url, env, home),
      (made) => count(made.length, "persona"),
    );
  } catch (error) {
    talk.say(
      ` ${talk.paint("yellow", "⚠")} ${"seed".padEnd(14)} ${(error as Error).message} · try again: ./skein seed`,
    );
  }
  return allPersonas(home);
}

async function stopped({ talk, json, out }: Cli, run: Run, scope: AsyncDisposableStack, home: string): Promise<number> {
  const began = performance.now();
  talk.say(`${talk.live ? "\r" : ""} stopping: calls under way are finished first`);
  writeRun(home, { ...run, state: "stopping" });
  await scope.disposeAsync();
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  talk.say(
    ` ${talk.paint("green", "✔")} stopped in ${seconds} s. The data stays in ${whereData(home)}: ./skein up goes on with it, ./skein up --fresh starts over`,
  );
  if (json) out(JSON.stringify({ stopped: true, home }));
  return exits.done;
}

// Root's servers cannot reach a home inside a private directory.
const whereData = (home: string): string => [home, elsewhere(home)].filter(existsSync).join(" and ");

function serversWords({ servers: { about } }: Ground): string {
  const named = { url: "as given", running: "found running", started: "started" };
  const same = about.every(({ how }) => how === about[0]?.how);
  const words = about
    .map(({ name, how, version, port }) => `${name} ${version} (${port})${same ? "" : ` ${named[how]}`}`)
    .join(", ");
  return same ? `${words} ${about[0] && named[about[0].how]}` : words;
}

function databasesWords(done: Awaited<ReturnType<typeof provision>>): string {
  const ran = done.reduce((sum, { ran: list }) => sum + list.length, 0);
  return `${count(done.length, "database")}, ${ran === 0 ? "nothing to migrate" : `${count(ran, "migration")} run`}`.replace(
    "1 databases",
    "1 database",
  );
}

function urlOf({ told }: Fleet): string {
  const url = [...told.values()].flatMap(({ edges }) => Object.values(edges))[0];
  if (!url) throw new Error("no service has opened a door to the outside");
  return url;
}

const wished = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) =>
    signal.aborted ? resolve() : signal.addEventListener("abort", () => resolve(), { once: true }),
  );
