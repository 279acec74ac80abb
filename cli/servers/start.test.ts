import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { serversRunning, startServers } from "./index.ts";
import { nats } from "./nats.ts";
import { postgres } from "./postgres.ts";
import { alive } from "./process.ts";
import { redis } from "./redis.ts";
import { fleeting, hows, marked, query, temporaryHome } from "./testing.ts";

test("a cold start answers on all three, and disposing leaves no process and no record", async () => {
  await using home = temporaryHome();
  const servers = await startServers(fleeting(home.path));
  const processes = marked(servers.about);
  expect(hows(servers.about)).toEqual(["postgres started", "redis started", "nats started"]);
  expect(await query(servers.postgres, "select 1 as n")).toEqual([{ n: 1 }]);
  expect(await redis.greet(servers.redis)).toMatch(/^\d/);
  expect(await nats.greet(servers.nats)).toMatch(/^\d/);
  expect(processes.every(alive)).toBe(true);
  expect(serversRunning(home.path).map(({ owner }) => owner)).toEqual([process.pid, process.pid, process.pid]);
  await servers[Symbol.asyncDispose]();
  await servers[Symbol.asyncDispose]();
  expect(processes.some(alive)).toBe(false);
  expect(serversRunning(home.path)).toEqual([]);
});

test("a warm start has the same data and the same addresses", async () => {
  await using home = temporaryHome();
  const first = await startServers({ home: home.path, durable: true });
  await query(first.postgres, "create table kept as select 42 as answer");
  await first[Symbol.asyncDispose]();
  await using second = await startServers({ home: home.path, durable: true });
  expect(await query(second.postgres, "select answer from kept")).toEqual([{ answer: 42 }]);
  expect([second.postgres, second.redis, second.nats]).toEqual([first.postgres, first.redis, first.nats]);
});

test("a remembered port that somebody else took meanwhile is replaced by a free one", async () => {
  await using home = temporaryHome();
  const taken = createServer();
  await new Promise<void>((listening) => taken.listen(0, "127.0.0.1", listening));
  const { port } = taken.address() as { port: number };
  writeFileSync(join(home.path, "ports.json"), JSON.stringify({ redis: port }));
  await using servers = await startServers(fleeting(home.path));
  expect(servers.redis).not.toContain(`:${port}/`);
  taken.close();
});

test("servers named by URLs are used as they are and never stopped", async () => {
  await using home = temporaryHome();
  await using elsewhere = temporaryHome();
  await using owned = await startServers(fleeting(home.path));
  const given = { postgres: owned.postgres, redis: owned.redis, nats: owned.nats };
  const guest = await startServers(fleeting(join(elsewhere.path, "untouched"), { given }));
  expect(hows(guest.about)).toEqual(["postgres url", "redis url", "nats url"]);
  await guest[Symbol.asyncDispose]();
  expect(existsSync(join(elsewhere.path, "untouched"))).toBe(false);
  expect(await postgres.greet(owned.postgres)).toMatch(/^18/);
});

test("the password is random, and only its owner can read it", async () => {
  await using home = temporaryHome();
  await using servers = await startServers(fleeting(home.path));
  const secret = join(home.path, "postgres.secret");
  expect(statSync(secret).mode & 0o777).toBe(0o600);
  expect(new URL(servers.postgres).password).toBe(readFileSync(secret, "utf8"));
  await expect(query(servers.postgres.replace(/:[^:@]+@/, ":guess@"), "select 1")).rejects.toThrow(
    /password authentication failed/,
  );
});
