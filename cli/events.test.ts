import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { mirrored, mirroring, owner, person, refused, rename } from "#mesh/ops/testing.ts";
import { sql } from "#mesh/store/sql.ts";
import { startTestGate, type TestGate } from "../gateway/testing.ts";
import { runCommand } from "./run.ts";
import { createTalk } from "./terminal/talk.ts";

let gate: TestGate;
let home: string;
let role = "admin";
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "skein-events-"));
  const createSession = async () => {
    const accessExpiresAt = timestampFromDate(new Date(gate.mesh.clock.now().getTime() + 900_000));
    const tokens = { accessToken: gate.token({ roles: [role] }), refreshToken: "r", accessExpiresAt };
    return { tokens } as never;
  };
  const identity = { migrations: owner.migrations ?? [], snapshots: owner.snapshots ?? [] };
  gate = await startTestGate({ also: [mirroring], identity, handlers: { createSession } });
});
afterAll(async () => {
  await gate[Symbol.asyncDispose]();
  rmSync(home, { recursive: true, force: true });
});
beforeEach(() => {
  role = "admin";
  rmSync(join(home, "sessions"), { recursive: true, force: true });
});

/** Runs a command until it ends, or until the signal. */
async function skein(args: readonly string[], signal = new AbortController().signal, lines: string[] = []) {
  const err: string[] = [];
  const code = await runCommand(["events", ...args], {
    ...{ checkout: join(import.meta.dirname, ".."), env: { SKEIN_HOME: home }, signal },
    talk: createTalk({ write: (text) => err.push(text) }, { live: false, colours: false }),
    out: (text) => void lines.push(text),
  });
  return { code, lines, out: lines.join("\n"), err: err.join("") };
}
const ask = (...args: string[]) => skein([...args, "--url", gate.url, "--as", "admin"]);

test("events are listed with who announces them, how they are divided, and who does something about them", async () => {
  const { code, lines } = await skein(["ls"]);
  expect(code).toBe(0);
  const line = lines.find((one) => one.startsWith("skein.identity.v1.HandleChanged ")) ?? "";
  expect(line.split(/\s{2,}/).slice(1, 4)).toEqual(["identity", "account_id", "account_id"]);
  const { events } = JSON.parse((await skein(["ls", "--type", "SessionRevoked", "--json"])).out);
  expect(events).toEqual([
    expect.objectContaining({ name: "skein.identity.v1.SessionRevoked", service: "identity", subject: "account_id" }),
  ]);
});

describe("what is typed wrongly ends with 2 and a way out", () => {
  test.each([
    [[], "events does what? · say one of: ls, tail"],
    [["tial"], "events cannot tial · did you mean tail?"],
    [["ls", "me"], '"me" is one word too many'],
    [["ls", "--once"], "events ls has no option --once"],
    [["ls", "--type", "HandelChanged"], "there is no event HandelChanged · did you mean HandleChanged?"],
    [["tail", "--since", "yesterday"], "--since yesterday is no moment"],
    [["report", "--url", "http://localhost:1"], "who asks? · say --as NAME"],
    [["redrive"], "redrive what?"],
    [["dead", "17"], "17 is no id of a dead letter"],
    [["rebuild"], "rebuild which consumer?"],
    [["rebuild", "x", "--partition", "64"], "--partition 64 is no number from 0 to 63"],
  ])("%j", async (args, words) => {
    const { code, out, err } = await skein(args);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain(words);
  });

  test("also names that only the running mesh knows", async () => {
    expect((await ask("report", "--service", "contend")).err).toContain("contend keeps no log · did you mean content?");
    expect((await ask("rebuild", "mirror-name")).err).toContain("did you mean mirror-names?");
  });
});

test("only administrators may look", async () => {
  role = "moderator";
  const { code, err } = await ask("report");
  expect(code).toBe(1);
  expect(err).toContain("ROLE_MISSING");
});

test("nothing running ends with 4", async () => {
  expect((await skein(["report"])).code).toBe(4);
  expect((await skein(["tail", "--url", "http://localhost:1", "--as", "admin"])).code).toBe(4);
});

test("what was announced is shown decoded, one line each", async () => {
  await rename(gate.mesh, 1, "ann\u001b[31m");
  await rename(gate.mesh, 2, "bob");
  const { code, lines } = await ask("tail", "--since", "1h", "--once");
  expect(code).toBe(0);
  const line = lines.find((one) => one.includes(person(1))) ?? "";
  expect(line).toMatch(/^\d\d:\d\d:\d\d\.\d{3} {2}identity {2}\d+\/\d+ +ProfileUpdated {2}0193aaaa/);
  expect(line).toContain('"handle":"ann');
  expect(line).not.toContain("\u001b");
  const json = await ask(
    "tail",
    "--since",
    "1h",
    "--once",
    "--subject",
    person(2),
    "--type",
    "ProfileUpdated",
    "--json",
  );
  expect(json.lines.map((one) => JSON.parse(one))).toMatchObject([
    { service: "identity", seq: "1", type: "skein.identity.v1.ProfileUpdated", event: { profile: { handle: "bob" } } },
  ]);
  expect((await ask("tail", "--since", "1h", "--once", "--service", "content")).lines).toEqual([]);
});

test("what cannot be decoded is shown as it is", async () => {
  const { db } = gate.mesh.deps("content");
  await db.query(sql`with head as (update log_head set seq = seq + 1 where partition = 3 returning seq)
    insert into log (partition, seq, at, type, subject_id, payload, trace)
    select 3, seq, clock_timestamp(), 'skein.future.v1.Unheard', 'x', '\\x0102', '' from head`);
  const { lines } = await ask("tail", "--since", "1h", "--once", "--service", "content");
  expect(lines[0]).toContain("Unheard  x  not decodable: AQI=");
});

test("a tail goes on with what comes, over the end of a token, and stops when it is told to", async () => {
  const stop = new AbortController();
  const lines: string[] = [];
  const going = skein(["tail", "--url", gate.url, "--as", "admin", "--subject", person(7)], stop.signal, lines);
  const shown = (handle: string) => lines.filter((one) => one.includes(`"${handle}"`)).length;
  await expect
    .poll(() => rename(gate.mesh, 7, "first").then(() => shown("first")), { timeout: 10_000 })
    .toBeGreaterThan(0);
  gate.mesh.clock.advance(1_000_000);
  await rename(gate.mesh, 7, "second");
  await expect.poll(() => shown("second"), { timeout: 10_000 }).toBe(1);
  await rename(gate.mesh, 7, "third");
  await expect.poll(() => shown("third"), { timeout: 10_000 }).toBe(1);
  expect(new Set(lines).size).toBe(lines.length); // nothing twice
  stop.abort();
  expect((await going).code).toBe(0);
});

test("a consumer that cannot apply an event is reported, its letters are read, redriven, and all is well again", async () => {
  await gate.mesh.settle();
  expect(await ask("report")).toMatchObject({ code: 0 });
  refused.add("poison");
  await rename(gate.mesh, 5, "poison");
  await rename(gate.mesh, 5, "healthy");
  await gate.mesh.settle();
  refused.delete("poison");
  const report = await ask("report");
  expect(report.code).toBe(1);
  expect(report.lines.find((line) => line.includes("mirror-names"))).toMatch(
    /^content +mirror-names +identity +0 .* 2/,
  );
  const data = JSON.parse((await ask("report", "--json")).out);
  const content = data.services.find(({ service }: { service: string }) => service === "content");
  expect(content.consumers).toMatchObject([{ name: "mirror-names", deadLetters: 2, behind: 0, rebuildable: true }, {}]);

  const dead = await ask("dead");
  expect(dead.lines).toHaveLength(2);
  expect(dead.lines[0]).toContain("tried 5 times: Error: cannot take poison");
  const { deadLetters } = JSON.parse((await ask("dead", "--subject", person(5), "--limit", "1", "--json")).out);
  expect(deadLetters).toHaveLength(1);
  const one = JSON.parse((await ask("dead", deadLetters[0].id, "--json")).out);
  expect(one).toMatchObject({ service: "content", entry: { event: { profile: { handle: "poison" } } } });
  expect((await ask("dead", person(1))).err).toContain("there is no dead letter");

  const redriven = await ask("redrive", "--consumer", "mirror-names");
  expect(redriven).toMatchObject({ code: 0, out: "content: 2 events applied, 0 left" });
  expect((await mirrored(gate.mesh))[person(5)]).toBe("healthy");
  expect((await ask("redrive", "--all")).out).toBe("there was nothing to redrive");
  expect((await ask("report")).code).toBe(0);
});

test("what fails again ends with 1", async () => {
  refused.add("worse");
  await rename(gate.mesh, 6, "worse");
  await gate.mesh.settle();
  const { code, out } = await ask("redrive", "--all");
  refused.delete("worse");
  expect({ code, out }).toEqual({ code: 1, out: "content: 0 events applied, 1 subject failed again, 1 left" });
  await ask("redrive", "--all");
});

test("a consumer is rebuilt, with its progress", async () => {
  await gate.mesh.settle();
  await gate.mesh.deps("content").db.query(sql`update mirror set handle = 'wrong'`);
  const { code, lines } = await ask("rebuild", "mirror-names", "--json");
  expect(code).toBe(0);
  const progress = lines.map((line) => JSON.parse(line));
  expect(progress[0]).toMatchObject({ service: "content", consumer: "mirror-names", done: 0, of: 64, rows: 0 });
  expect(progress.at(-1)).toMatchObject({ done: 64, rows: Object.keys(await mirrored(gate.mesh)).length });
  expect(Object.values(await mirrored(gate.mesh))).not.toContain("wrong");
  const some = await ask("rebuild", "mirror-names", "--partition", "3");
  expect(some.out).toMatch(/^content\/mirror-names holds \d+ rows? read anew$/);
  const none = await ask("rebuild", "count-names");
  expect(none.code).toBe(1);
  expect(none.err).toContain("NOT_REBUILDABLE");
});
