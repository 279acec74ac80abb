import { rmSync } from "node:fs";
import { expect, test } from "vitest";
import { startServers, stopServers } from "./index.ts";
import { alive, gone, identityOf } from "./process.ts";
import { fleeting, hows, marked, query, startHost, temporaryHome } from "./testing.ts";

test("kill -9 of the host leaves no server behind, and the next start finds the data", async () => {
  await using home = temporaryHome();
  const host = await startHost(home.path);
  const processes = marked(host.about);
  host.child.kill("SIGKILL");
  for (const known of processes) expect(await gone(known, 8000)).toBe(true);
  await using servers = await startServers(fleeting(home.path));
  expect(servers.about.map(({ port }) => port)).toEqual(host.about.map(({ port }) => port));
});

test("servers end with their host also when their home was deleted under them", async () => {
  await using home = temporaryHome();
  const host = await startHost(home.path);
  const processes = marked(host.about);
  rmSync(home.path, { recursive: true, force: true });
  host.child.kill("SIGKILL");
  for (const known of processes) expect(await gone(known, 15_000)).toBe(true);
});

test("a start in the very moment after kill -9 does not adopt servers that are about to go", async () => {
  await using home = temporaryHome();
  const host = await startHost(home.path);
  const processes = marked(host.about);
  host.child.kill("SIGKILL");
  await gone({ pid: host.child.pid ?? 0, identity: identityOf(host.child.pid ?? 0) ?? "?" }, 5000);
  await using servers = await startServers(fleeting(home.path));
  expect(hows(servers.about)).toEqual(["postgres started", "redis started", "nats started"]);
  expect(processes.some(alive)).toBe(false);
  expect(await query(servers.postgres, "select 1 as n")).toEqual([{ n: 1 }]);
});

test("a second host shares the servers and leaves them alone when it ends", async () => {
  await using home = temporaryHome();
  await using host = await startHost(home.path);
  const second = await startServers(fleeting(home.path));
  expect(hows(second.about)).toEqual(["postgres running", "redis running", "nats running"]);
  await second[Symbol.asyncDispose]();
  expect(marked(host.about).every(alive)).toBe(true);
  expect(await query(second.postgres, "select 1 as n")).toEqual([{ n: 1 }]);
});

test("a server that died alone is started again beside the two that run", async () => {
  await using home = temporaryHome();
  await using host = await startHost(home.path);
  const [, dead] = marked(host.about);
  process.kill(dead?.pid ?? 0, "SIGKILL");
  await gone(dead ?? { pid: 0, identity: "" }, 5000);
  await using second = await startServers(fleeting(home.path));
  expect(hows(second.about)).toEqual(["postgres running", "redis started", "nats running"]);
});

test("stopServers ends what a living host holds, and stopping nothing is no error", async () => {
  await using home = temporaryHome();
  await using host = await startHost(home.path);
  const processes = marked(host.about);
  const stopped = await stopServers(home.path);
  expect(stopped.map(({ name, stopped: ended }) => `${name} ${ended}`).sort()).toEqual([
    "nats true",
    "postgres true",
    "redis true",
  ]);
  expect(processes.some(alive)).toBe(false);
  expect(await stopServers(home.path)).toEqual([]);
});
