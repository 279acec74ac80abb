import { appendFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openLogs } from "./files.ts";
import { brief } from "./line.ts";
import { follow, lastLines, logNames } from "./read.ts";

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "skein-logs-"));
});
afterEach(() => rmSync(home, { recursive: true }));

const line = (service: string, second: number, msg: string, more = {}) =>
  JSON.stringify({ level: "info", ts: `2026-11-21T08:00:0${second}.000Z`, service, msg, ...more });
const all = { names: undefined, matches: () => true };

test("each line goes to the log of the service that it names, others to their process's", () => {
  using logs = openLogs(home);
  logs.add("mesh", line("identity", 2, "b"));
  logs.add("mesh", line("gateway", 1, "a"));
  logs.add("mesh", "Error: no JSON");
  logs.add("mesh", line("../evil", 3, "c"));
  expect(logNames(home)).toEqual(["gateway", "identity", "mesh"]);
  expect(lastLines(home, { ...all, names: ["mesh"] }, 9).shown).toEqual(["Error: no JSON", line("../evil", 3, "c")]);
});

test("a log that has grown is kept once and begun anew", () => {
  using logs = openLogs(home, 100);
  for (let at = 0; at < 5; at++) logs.add("mesh", "x".repeat(60));
  expect(existsSync(join(home, "logs", "mesh.log.old"))).toBe(true);
  expect(lastLines(home, all, 9).shown).toHaveLength(1);
});

test("the last lines of all services come by time, a stack stays with its error", () => {
  mkdirSync(join(home, "logs"));
  writeFileSync(
    join(home, "logs", "identity.log"),
    `${line("identity", 1, "one")}\n${line("identity", 4, "four")}\n    at somewhere\n`,
  );
  writeFileSync(join(home, "logs", "gateway.log"), `${line("gateway", 3, "three")}\n${line("gateway", 5, "five")}\n`);
  expect(lastLines(home, all, 4).shown).toEqual([
    line("gateway", 3, "three"),
    line("identity", 4, "four"),
    "    at somewhere",
    line("gateway", 5, "five"),
  ]);
  expect(lastLines(home, { ...all, matches: (text) => text.includes("five") }, 9).shown).toEqual([
    line("gateway", 5, "five"),
  ]);
});

test("following shows whole lines only, from new files too, and survives a log that begins anew", async () => {
  mkdirSync(join(home, "logs"));
  const path = join(home, "logs", "identity.log");
  writeFileSync(path, `${line("identity", 1, "old")}\n`);
  const stop = new AbortController();
  const shown: string[] = [];
  const seen = (many: number) => expect.poll(() => shown.length, { timeout: 5_000 }).toBe(many);
  const following = follow(home, all, lastLines(home, all, 0).from, (text) => void shown.push(text), stop.signal);
  appendFileSync(path, "first half, ");
  writeFileSync(join(home, "logs", "gateway.log"), "of a new file\n");
  await seen(1);
  appendFileSync(path, "second half\n");
  await seen(2);
  writeFileSync(path, "anew\n");
  await seen(3);
  stop.abort();
  await following;
  expect(shown).toEqual(["of a new file", "first half, second half", "anew"]);
});

describe("a line in short", () => {
  test.each([
    [
      line("gateway", 1, "call", {
        method: "skein.identity.v1.IdentityService/GetMe",
        code: "OK",
        duration_ms: 3.2,
        trace_id: "t",
      }),
      "08:00:01.000  gateway  GetMe  ok  3.2 ms",
    ],
    [
      line("gateway", 1, "call", { method: "a.B/C", code: "NotFound", reason: "GONE", duration_ms: 1 }),
      "08:00:01.000  gateway  C  NotFound GONE  1 ms",
    ],
    [
      line("identity", 1, "call failed", {
        level: "error",
        method: "a.B/C",
        code: "Internal",
        duration_ms: 1,
        request_id: "r",
        cause: { message: "bad", cause: { message: "worse" } },
      }),
      "08:00:01.000  identity  ERROR  C  Internal  1 ms  call failed  bad: worse · request r",
    ],
    [line("mesh", 1, "redis", { up: true }), "08:00:01.000  mesh  redis  up=true"],
    ["plain \u001b[31mred\u001b[0m\u0007", "plain red "],
    ["{torn", "{torn"],
  ])("%s", (given, wanted) => {
    expect(brief(given)).toBe(wanted);
  });
});
