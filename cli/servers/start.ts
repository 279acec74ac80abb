import { randomUUID } from "node:crypto";
import { acquire, type Got } from "./acquire.ts";
import { type Guard, startGuard } from "./guard.ts";
import { prepareHome } from "./home.ts";
import type { Kind } from "./kind.ts";
import { locked } from "./lock.ts";
import { nats } from "./nats.ts";
import type { Opening } from "./open.ts";
import { choosePlace } from "./place.ts";
import { postgres } from "./postgres.ts";
import { self } from "./process.ts";
import type { ServerRecord } from "./record.ts";
import { redis } from "./redis.ts";
import { takeStock } from "./running.ts";
import type { ServerOptions, Servers } from "./servers.ts";
import { stopAll } from "./stop.ts";
import { type Command, locate, type Sought } from "./way.ts";
import { defaultWays } from "./ways.ts";

const kinds = [postgres, redis, nats];

/** Finds or starts the three servers, side by side. On failure everything it had started is stopped again. */
export async function startServers(options: ServerOptions): Promise<Servers> {
  const { given = {}, say = () => undefined, signal } = options;
  if (kinds.every(({ name }) => given[name])) return await gather(options, options.home, []);
  const home = prepareHome(options.home);
  return await locked(home, { patienceMs: 180_000, say, ...(signal && { signal }) }, async () =>
    gather(options, home, await takeStock(home, say)),
  );
}

async function gather(options: ServerOptions, home: string, records: readonly ServerRecord[]): Promise<Servers> {
  const { given = {} } = options;
  const failing = new AbortController();
  const signal = AbortSignal.any([failing.signal, ...(options.signal ? [options.signal] : [])]);
  const runningOne = (name: string) => records.find((record) => record.name === name);
  const missing = kinds.filter(({ name }) => !given[name] && !runningOne(name));
  const owner = { ...self(), token: randomUUID() };
  const opening = missing.length > 0 ? await openingFor(missing, home, owner, { ...options, signal }) : undefined;
  const results = await Promise.allSettled(
    kinds.map((kind) =>
      acquire(kind, { home, url: given[kind.name], running: runningOne(kind.name), opening, signal }).catch((error) => {
        failing.abort(error); // the first failure ends the others' waiting
        throw error;
      }),
    ),
  );
  const ready = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  const servers = assemble(home, ready, opening?.guard);
  if (ready.length === kinds.length) return servers;
  await stopAll(home, startedBy(ready));
  await opening?.guard.release();
  throw signal.reason;
}

async function openingFor(
  missing: readonly Kind[],
  home: string,
  owner: ServerRecord["owner"],
  { durable, signal, say = () => undefined, ways = defaultWays() }: ServerOptions,
): Promise<Opening> {
  const place = await choosePlace(home, say, signal);
  const sought = missing.map(({ name }) => name).filter((name) => name !== "postgres");
  let found: Promise<Record<Sought, Command>> | undefined; // looked for once, and beside PostgreSQL's start
  const command = async (name: Sought) => {
    found ??= locate(sought, ways, place);
    return (await found)[name];
  };
  return { place, durable, owner, guard: startGuard(home, owner.token), command };
}

const startedBy = (ready: readonly Got[]): ServerRecord[] => ready.flatMap(({ record }) => record ?? []);

function assemble(home: string, ready: readonly Got[], guard?: Guard): Servers {
  const url = (name: string) => ready.find((one) => one.name === name)?.url ?? "";
  const started = startedBy(ready);
  let stopping: Promise<void> | undefined;
  const stop = async () => {
    // Under the lock, so that a host starting now does not find servers that are about to go.
    if (started.length > 0) await locked(home, { patienceMs: 5000, regardless: true }, () => stopAll(home, started));
    await guard?.release();
  };
  return {
    postgres: url("postgres"),
    redis: url("redis"),
    nats: url("nats"),
    about: ready.map(({ url: _url, record: _record, ...about }) => about),
    [Symbol.asyncDispose]: () => {
      stopping ??= stop();
      return stopping;
    },
  };
}
