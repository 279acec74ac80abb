import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { commands } from "./commands.ts";
import { type Installation, installation } from "./testing.ts";

let here: Installation;
beforeAll(async () => {
  here = await installation();
});
afterAll(() => here[Symbol.asyncDispose]());

describe("what is typed wrongly ends with 2 and a way out", () => {
  test.each([
    [["stauts"], 'there is no command "stauts" · did you mean: ./skein status'],
    [["up", "--splt"], "up has no option --splt · did you mean --split?"],
    [["up", "--port", "http"], '"http" is no port'],
    [["up", "now"], '"now" is one word too many'],
    [["up", "--fresh"], "say --yes if you mean it"],
    [["reset"], "say --yes if you mean it"],
    [["config", "prnt"], "config cannot prnt"],
    [["admin", "create", "--email", "a@b.c"], "--handle is missing"],
    [["admin", "suspend", "--handle", "bob"], "--reason is missing"],
    [["admin", "fire", "--handle", "bob"], "admin cannot fire"],
    [["seed", "--posts", "5"], "--posts is about a demo network · say --demo as well"],
    [["seed", "--demo", "--accounts", "many"], '"many" is no number of accounts · say a whole number from 10'],
    [["logs", "nobody"], 'there is no log of "nobody"'],
    [["bench", "hoem"], "bench cannot measure hoem · did you mean home?"],
    [["bench", "--rounds", "none"], '"none" is no number of rounds'],
    [["constructor"], 'there is no command "constructor"'],
  ])("%j", async (args, words) => {
    const { code, out, err } = await here.skein(...args);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain(words);
  });
});

test("where nothing runs, commands that need it end with 4 and say how to start", async () => {
  for (const args of [["status"], ["seed"], ["call", "IdentityService/GetMe"]]) {
    const { code, err } = await here.skein(...args);
    expect(code).toBe(4);
    expect(err).toContain("./skein up");
  }
  expect(await here.skein("down")).toMatchObject({ code: 0, out: "nothing was running\n" });
});

test("with --json standard output holds JSON and nothing else, also of a failure", async () => {
  const { code, out } = await here.skein("call", "IdentityService/GetMe", "--json");
  expect({ code, error: JSON.parse(out).error }).toMatchObject({
    code: 4,
    error: { code: "NOT_RUNNING", fix: "start it: ./skein up" },
  });
  expect(JSON.parse((await here.skein("config", "example", "--json")).out).text).toContain("GATEWAY_PORT");
  expect(JSON.parse((await here.skein("version", "--json")).out)).toMatchObject({ node: process.versions.node });
  expect(JSON.parse((await here.skein("status", "--json")).out)).toMatchObject({
    running: false,
    ready: false,
    processes: [],
  });
});

test("every command explains itself and names each of its options", async () => {
  for (const [name, { load }] of Object.entries(commands)) {
    const { usage, help, options } = await load();
    for (const option of Object.keys(options).filter((one) => one !== "behind" && one !== "redacted"))
      expect(`${usage} ${help}`).toContain(`--${option}`);
    expect(usage[0]).toMatch(new RegExp(`^${name}`));
  }
  const { code, out } = await here.skein("call", "--help");
  expect({ code, out: out.includes("--as NAME") }).toEqual({ code: 0, out: true });
});

test("bad settings are told all at once, with exit code 3", async () => {
  await using bad = await installation({
    GATEWAY_LIMIT_GUARDED: "many",
    DRAIN_TIME: "soon",
    DATABASE_URL: "postgres://me:hunter2@nowhere",
  });
  for (const args of [["config", "check"], ["up"], ["migrate"]]) {
    const { code, err } = await bad.skein(...args);
    expect(code).toBe(3);
    expect(err).toMatch(/2 settings are wrong[\s\S]*GATEWAY_LIMIT_GUARDED[\s\S]*many/);
    expect(err).not.toContain("hunter2");
  }
});

test("secrets are hidden where settings are printed", async () => {
  await using given = await installation({ DATABASE_URL: "postgres://me:hunter2@nowhere/x" });
  expect((await given.skein("config", "print")).out).toContain("postgres://***@nowhere/x");
  expect((await given.skein("config", "print", "--no-redacted")).out).toContain("hunter2");
});
