import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { serversRunning, startServers, stopServers } from "./index.ts";
import { clearPostmaster } from "./postmaster.ts";
import { alive, gone, identityOf, type Known, self } from "./process.ts";
import { type ServerRecord, writeRecord } from "./record.ts";
import { stopRecorded } from "./stop.ts";
import { fleeting, hows, temporaryHome } from "./testing.ts";

function stranger(): Known & Disposable {
  const child = spawn(process.execPath, ["-e", "setInterval(() => undefined, 60_000)"], { stdio: "ignore" });
  const pid = child.pid ?? 0;
  return { pid, identity: identityOf(pid) ?? "?", [Symbol.dispose]: () => void child.kill("SIGKILL") };
}

const recordOf = (known: Known): ServerRecord => {
  const owner = { ...self(), token: "of-an-earlier-boot" };
  return { name: "redis", pid: known.pid, identity: known.identity, port: 1, version: "7", data: "/nowhere", owner };
};

test("a record whose pid a stranger has inherited counts for nothing, and the stranger is not touched", async () => {
  await using home = temporaryHome();
  using other = stranger();
  writeRecord(home.path, recordOf({ pid: other.pid, identity: "another birth" }));
  expect(serversRunning(home.path)).toEqual([]);
  expect(await stopServers(home.path)).toEqual([]);
  await using servers = await startServers(fleeting(home.path));
  expect(hows(servers.about)).toContain("redis started");
  expect(alive(other)).toBe(true);
});

test("a recorded server is stopped by force when it does not listen to reason", async () => {
  await using home = temporaryHome();
  const stubborn = spawn(process.execPath, [
    "-e",
    "process.on('SIGTERM', () => {}); process.stdout.write('.'); setInterval(() => {}, 1e5)",
  ]);
  await new Promise((ready) => stubborn.stdout.once("data", ready));
  const known = { pid: stubborn.pid ?? 0, identity: identityOf(stubborn.pid ?? 0) ?? "?" };
  expect(await stopRecorded(home.path, recordOf(known), 200)).toMatchObject({ pid: known.pid, stopped: true });
  expect(alive(known)).toBe(false);
});

test("a torn record counts for nothing", async () => {
  await using home = temporaryHome();
  mkdirSync(join(home.path, "run"));
  writeFileSync(join(home.path, "run", "redis.json"), '{"pid": 12');
  expect(serversRunning(home.path)).toEqual([]);
});

test("a postmaster.pid that names a stranger is removed and the stranger left alone", async () => {
  await using home = temporaryHome();
  using other = stranger();
  writeFileSync(join(home.path, "postmaster.pid"), `${other.pid}\n${home.path}\n`);
  expect(await clearPostmaster(home.path)).toBeUndefined();
  expect(alive(other)).toBe(true);
});

test("a PostgreSQL whose record was lost is found by its data directory and stopped", async () => {
  await using home = temporaryHome();
  const servers = await startServers(fleeting(home.path));
  const [{ pid = 0 } = {}] = servers.about;
  const known = { pid, identity: identityOf(pid) ?? "?" };
  writeFileSync(join(home.path, "run", "postgres.json"), "");
  expect(await stopServers(home.path)).toContainEqual({ name: "postgres", pid, port: 0, stopped: true });
  expect(await gone(known, 1000)).toBe(true);
  await servers[Symbol.asyncDispose]();
});
