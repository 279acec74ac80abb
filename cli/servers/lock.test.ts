import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { locked } from "./lock.ts";
import { self } from "./process.ts";
import { temporaryHome } from "./testing.ts";

test("one works at a time, and nothing of the lock stays", async () => {
  await using home = temporaryHome();
  let [inside, most] = [0, 0];
  const work = async () => {
    inside += 1;
    most = Math.max(most, inside);
    await new Promise(setImmediate);
    inside -= 1;
  };
  await Promise.all(Array.from({ length: 8 }, () => locked(home.path, { patienceMs: 5000 }, work)));
  expect(most).toBe(1);
  expect(readdirSync(join(home.path, "run"))).toEqual([]);
});

test("the lock of a dead process is taken over, also when a stranger has its pid", async () => {
  await using home = temporaryHome();
  mkdirSync(join(home.path, "run"));
  writeFileSync(join(home.path, "run", "lock"), JSON.stringify({ pid: process.pid, identity: "another birth" }));
  expect(await locked(home.path, { patienceMs: 1000 }, async () => "mine")).toBe("mine");
});

test("who may go on regardless does so when the patience ends, others are told who holds it", async () => {
  await using home = temporaryHome();
  mkdirSync(join(home.path, "run"));
  writeFileSync(join(home.path, "run", "lock"), JSON.stringify(self()));
  const said: string[] = [];
  const say = (line: string) => void said.push(line);
  await expect(locked(home.path, { patienceMs: 50, say }, async () => 1)).rejects.toThrow(
    `process ${process.pid} has held`,
  );
  expect(said).toEqual([`waiting for process ${process.pid}, which is starting or stopping the servers`]);
  expect(await locked(home.path, { patienceMs: 50, regardless: true }, async () => 2)).toBe(2);
  rmSync(join(home.path, "run", "lock"));
});
