import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { alive, identityOf, type Known, self } from "../servers/process.ts";
import { alreadyRunning, claimRun, forgetRun, readRun, runningNow, writeRun } from "./run-file.ts";

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "skein-run-"));
});
afterEach(() => rmSync(home, { recursive: true }));

const facts = { shape: "split", since: "2026-11-21T08:00:00.000Z", version: "1.0.0" } as const;
const dead: Known = { pid: 2 ** 22 - 1, identity: "boot/1" };

test("a home is claimed once, and whoever comes second is told by whom", async () => {
  const run = await claimRun(home, facts);
  expect(runningNow(home)).toEqual({ ...facts, supervisor: self(), state: "starting", processes: [] });
  await expect(claimRun(home, facts)).rejects.toMatchObject({ code: "ALREADY_RUNNING" });
  forgetRun(home, run);
  expect(readRun(home)).toBeUndefined();
});

test("of many that claim at once one gets it", async () => {
  const claims = await Promise.allSettled(Array.from({ length: 8 }, () => claimRun(home, facts)));
  expect(claims.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
});

test("what a dead supervisor left behind is ended and its claim is taken over", async () => {
  const child = spawn("sleep", ["60"], { stdio: "ignore" });
  await once(child, "spawn");
  const left = { pid: child.pid ?? 0, identity: identityOf(child.pid ?? 0) ?? "?" };
  writeRun(home, {
    ...facts,
    supervisor: dead,
    state: "ready",
    processes: [{ name: "identity", services: ["identity"], ...left }],
  });
  expect(runningNow(home)).toBeUndefined();
  await claimRun(home, facts);
  expect(alive(left)).toBe(false);
  expect(runningNow(home)?.supervisor).toEqual(self());
});

test("a claim of somebody else is not forgotten", () => {
  writeRun(home, { ...facts, supervisor: self(), state: "ready", processes: [] });
  forgetRun(home, { supervisor: dead });
  expect(readRun(home)).toBeDefined();
});

test.each([
  "",
  "{",
  "[]",
  '{"supervisor":{"pid":1,"identity":"x"},"processes":[]}',
  '{"supervisor":{"pid":77},"processes":[]}',
])("%j counts as no run", (text) => {
  writeFileSync(join(home, "run.json"), text);
  expect(readRun(home)).toBeUndefined();
});

test("the file is for its owner's eyes, and what it says is said in words", () => {
  const run = { ...facts, supervisor: self(), state: "ready", url: "http://127.0.0.1:7700", processes: [] } as const;
  writeRun(home, run);
  expect(JSON.parse(readFileSync(join(home, "run.json"), "utf8"))).toEqual(run);
  const words = String(alreadyRunning(run, Date.parse("2026-11-21T10:05:00.000Z")));
  expect(words).toBe(
    `✖ already running (up 2 h, since ${facts.since}) at http://127.0.0.1:7700, pid ${process.pid} · see: ./skein status · or stop it: ./skein down`,
  );
});
