import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readRun } from "./fleet/run-file.ts";
import { personas } from "./install/personas.ts";
import { names } from "./install/settings.ts";
import { freePort } from "./servers/port.ts";
import { alive, identityOf, type Known } from "./servers/process.ts";
import { serversRunning } from "./servers/running.ts";
import { type Installation, installation } from "./testing.ts";

let here: Installation;
beforeAll(async () => {
  here = await installation();
});
afterAll(() => here[Symbol.asyncDispose]());

/** Every process of the installation, recognisable after its end. */
const everybody = (): Known[] => {
  const run = readRun(here.home);
  const servers = serversRunning(here.home).map(({ pid }) => ({ pid, identity: identityOf(pid) ?? "?" }));
  return [...(run ? [run.supervisor, ...run.processes] : []), ...servers];
};
const nothingLeft = async (before: readonly Known[]) => {
  await expect.poll(() => before.filter(alive), { timeout: 8_000 }).toEqual([]);
  expect(await freePort(here.port)).toBe(here.port);
  expect((await here.skein("status")).code).toBe(4);
};
const json = async (...args: string[]) => JSON.parse((await here.skein(...args, "--json")).out);
const bioOf = async (name: string) =>
  (await json("call", "IdentityService/GetMe", "--as", name)).account.profile.bio ?? "";

/** A demo network is made around the personas once, and not among strangers. */
async function madeDemo(): Promise<void> {
  const demo = ["seed", "--demo", "--accounts", "20", "--posts", "60"];
  expect(await json(...demo)).toMatchObject({ accounts: 20, posts: 60, likes: 180, applied_ms: expect.any(Number) });
  expect(await json(...demo)).toMatchObject({ accounts: 0, follows: 0, posts: 0, replies: 0, likes: 0 });
  const { profiles } = await json("call", "IdentityService/SearchProfiles", "page_size=100");
  expect(profiles.length).toBeGreaterThan(20);
  const { posts } = await json("call", "PostService/ListPostsByAuthor", `account_id=${profiles[0].accountId}`);
  expect(posts.length).toBeGreaterThan(0);
  const zoe = ["handle=zoe", "email=zoe@example.com", "password=correct horse battery"];
  expect(await here.skein("call", "IdentityService/RegisterAccount", ...zoe)).toMatchObject({ code: 0 });
  const among = await here.skein(...demo);
  expect(among).toMatchObject({
    code: 1,
    err: expect.stringContaining("1 account here is neither a persona nor part"),
  });
}

describe("one process", { timeout: 90_000 }, () => {
  test("a new home is made ready, serves, refuses a second start, and leaves nothing behind after Ctrl-C", async () => {
    const up = here.start("up", "--json");
    const started = JSON.parse(await up.line);
    expect(started).toMatchObject({ url: `http://127.0.0.1:${here.port}`, shape: "one process", seeded: true });
    expect(readRun(here.home)?.processes.map(({ services }) => services)).toEqual([names]);

    await json("call", "IdentityService/UpdateProfile", "change.bio=here to stay", "update_mask=bio", "--as", "alice");
    expect(await bioOf("alice")).toBe("here to stay");
    const { holders } = await json("call", "IdentityService/ListRoles", "--as", "admin");
    expect(holders.map(({ roles }: { roles: string[] }) => roles.at(-1))).toEqual(["ROLE_MODERATOR", "ROLE_ADMIN"]);
    expect(await json("seed")).toMatchObject({ personas: personas.map(({ name }) => ({ name, made: false })) });
    expect((await here.skein("call", "IdentityService/LookupProfile", "handle=sam")).err).toContain(
      "ACCOUNT_NOT_FOUND",
    );
    await madeDemo();
    expect((await here.skein("up")).err).toMatch(
      /already running .* · see: .\/skein status · or stop it: .\/skein down/,
    );
    expect(await here.skein("doctor")).toMatchObject({ code: 0 });
    expect(await json("status")).toMatchObject({ running: true, ready: true, shape: "one process" });

    const before = everybody();
    up.child.kill("SIGINT");
    const { code, err } = await up.ended;
    expect(code).toBe(0);
    expect(err).toContain(`The data stays in ${here.home}`);
    await nothingLeft(before);
    expect(existsSync(join(here.home, "run.json"))).toBe(false);
  });

  test("an administrator is made while everything is stopped, and without a default password", async () => {
    const made = await here.tell(
      "a long enough password\n",
      "admin",
      "create",
      "--handle",
      "root_one",
      "--email",
      "root@skein.test",
      "--password-stdin",
      "--json",
    );
    expect(JSON.parse(made.out)).toMatchObject({ handle: "root_one", role: "ROLE_ADMIN" });
    const again = await here.tell(
      "a long enough password\n",
      "admin",
      "create",
      "--handle",
      "root_one",
      "--email",
      "root@skein.test",
      "--password-stdin",
    );
    expect(again).toMatchObject({ code: 1, err: expect.stringContaining("HANDLE_TAKEN") });
    expect(serversRunning(here.home)).toEqual([]);
  });

  test("an account is suspended and let back in while everything is stopped", async () => {
    const suspend = (handle: string) => here.skein("admin", "suspend", "--handle", handle, "--reason", "spam");
    expect(await suspend("bob")).toMatchObject({ code: 0, out: expect.stringContaining("bob is suspended") });
    expect(await suspend("nobody_here")).toMatchObject({ code: 1, err: expect.stringContaining("ACCOUNT_NOT_FOUND") });
    expect(await json("admin", "reinstate", "--handle", "bob")).toMatchObject({ handle: "bob", suspended: false });
  });
});

describe("split", { timeout: 90_000 }, () => {
  test("the data of the other shape is there, a killed service comes back, and down takes everything away", async () => {
    expect(await here.skein("up", "--split", "--detach")).toMatchObject({
      code: 0,
      out: expect.stringContaining("Ready in"),
    });
    const run = readRun(here.home);
    expect(run?.processes.map(({ name }) => name).sort()).toEqual(names.toSorted());
    expect(await bioOf("alice")).toBe("here to stay");
    expect(
      await here.tell(
        "a long enough password",
        "call",
        "IdentityService/ListRoles",
        "--as",
        "root_one",
        "--password-stdin",
      ),
    ).toMatchObject({ code: 0 });

    const identity = run?.processes.find(({ name }) => name === "identity");
    process.kill(identity?.pid ?? 0, "SIGKILL");
    const pidNow = () => readRun(here.home)?.processes.find(({ name }) => name === "identity")?.pid;
    await expect.poll(pidNow, { timeout: 15_000 }).not.toBe(identity?.pid);
    await expect.poll(() => bioOf("alice"), { timeout: 15_000 }).toBe("here to stay");

    const before = everybody();
    const { code, out } = await here.skein("down");
    expect({ code, out }).toMatchObject({
      code: 0,
      out: expect.stringMatching(/stopped skein[\s\S]*stopped (identity|gateway)[\s\S]*stopped postgres/),
    });
    await nothingLeft(before);
  });

  test.runIf(process.platform === "linux")("services do not learn the administrator of the database", async () => {
    await here.skein("up", "--split", "--detach");
    const secret = readFileSync(join(here.home, "postgres.secret"), "utf8");
    const environments = (readRun(here.home)?.processes ?? []).map(({ pid }) =>
      readFileSync(`/proc/${pid}/environ`, "utf8"),
    );
    expect(environments).toHaveLength(names.length);
    for (const environment of environments) expect(environment.includes(secret)).toBe(false);
  });

  test("after kill -9 of the supervisor nobody outlives it and the ports are free", async () => {
    const before = everybody();
    expect(before).toHaveLength(names.length + 4); // and the supervisor, and three servers
    process.kill(readRun(here.home)?.supervisor.pid ?? 0, "SIGKILL");
    await nothingLeft(before);
    expect((await here.skein("down")).code).toBe(0);
  });
});

test("a port of somebody else is left alone and named", { timeout: 30_000 }, async () => {
  const server = createServer().listen(here.port, "127.0.0.1");
  const { code, err } = await here.skein("up");
  server.close();
  expect(code).toBe(3);
  expect(err).toMatch(
    new RegExp(
      `✖ port ${here.port} is used by .*pid ${process.pid}.* · try: ./skein up --port \\d+ · or stop pid ${process.pid}`,
    ),
  );
  expect(serversRunning(here.home)).toEqual([]);
});

test("to start over needs a word for it, and forgets everything", { timeout: 90_000 }, async () => {
  expect((await here.skein("up", "--fresh")).code).toBe(2);
  expect(await here.skein("up", "--fresh", "--yes", "--detach")).toMatchObject({ code: 0 });
  expect(await bioOf("alice")).toBe("");
  expect((await here.skein("reset", "--yes")).code).toBe(0);
  expect(existsSync(join(here.home, "postgres"))).toBe(false);
});
