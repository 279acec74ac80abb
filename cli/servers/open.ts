import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Guard } from "./guard.ts";
import { recalledPorts, rememberPort } from "./home.ts";
import type { Kind, Prepared } from "./kind.ts";
import type { Place } from "./place.ts";
import { freePort } from "./port.ts";
import { Preflight } from "./preflight.ts";
import { untilReady } from "./ready.ts";
import { type ServerRecord, writeRecord } from "./record.ts";
import { stopRecorded } from "./stop.ts";
import type { Command, Sought } from "./way.ts";

const run = promisify(execFile);

/** What starting needs beyond the kind of server. */
export interface Opening {
  readonly place: Place;
  readonly durable: boolean;
  readonly owner: ServerRecord["owner"];
  readonly guard: Guard;
  readonly command: (name: Sought) => Promise<Command>;
}

/** Starts one server and waits until it answers. What it records, it has started; on failure nothing stays. */
export async function openServer(kind: Kind, opening: Opening): Promise<ServerRecord> {
  const prepared = await kind.prepare(opening.place, opening.durable, opening.command);
  const wish = recalledPorts(opening.place.home)[kind.name];
  try {
    return await openOn(await freePort(wish), kind, prepared, opening);
  } catch (error) {
    // Between finding the port free and the server's bind somebody else may take it; once is chance.
    if (!(error instanceof Preflight && error.code === "PORT_TAKEN")) throw error;
    return await openOn(await freePort(), kind, prepared, opening);
  }
}

async function openOn(
  port: number,
  kind: Kind,
  { data, container, patienceMs, launch }: Prepared,
  { place, durable, owner, guard }: Opening,
): Promise<ServerRecord> {
  const { home, base, signal } = place;
  signal?.throwIfAborted();
  if (container) await run("docker", ["rm", "--force", container]).catch(() => undefined);
  const discard = !durable && base !== home && kind.name === "postgres" ? base : undefined;
  const more = { ...(container && { container }), ...(discard && { discard }) };
  const unborn = { name: kind.name, port, version: "", data, owner, ...more };
  const server = await guard.start(launch(port), unborn);
  const record: ServerRecord = { ...unborn, pid: server.pid, identity: server.identity };
  try {
    const version = await untilReady(kind.name, server, patienceMs, () => kind.greet(kind.url(home, port)), signal);
    const ready = { ...record, version };
    writeRecord(home, ready);
    rememberPort(home, kind.name, port);
    return ready;
  } catch (error) {
    await stopRecorded(home, record);
    throw error;
  }
}
