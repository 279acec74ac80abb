import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { afterAll, beforeAll, expect, test } from "vitest";
import { AccountRowSchema } from "#gen/skein/identity/v1/snapshot_rows_pb.ts";
import { snapshot } from "#mesh/log/snapshot.ts";
import { sql } from "#mesh/store/sql.ts";
import { ACCOUNT, startTestGate, type TestGate } from "../gateway/testing.ts";
import { content } from "../services/content/index.ts";
import { socialGraph } from "../services/social-graph/index.ts";
import { timeline } from "../services/timeline/index.ts";
import { runCommand } from "./run.ts";
import { createTalk } from "./terminal/talk.ts";

/** Nobody has an account. */
const nobody = snapshot(
  "account",
  AccountRowSchema,
  () => sql`select '' as key where false`,
  () => ({}),
  () => sql`select '' as key, '' as says where false`,
);

let gate: TestGate;
let home: string;
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "skein-timeline-"));
  const createSession = async () => {
    const accessExpiresAt = timestampFromDate(new Date(gate.mesh.clock.now().getTime() + 900_000));
    return { tokens: { accessToken: gate.token({ roles: ["admin"] }), refreshToken: "r", accessExpiresAt } } as never;
  };
  const also = [socialGraph, content, timeline];
  gate = await startTestGate({ also, identity: { snapshots: [nobody] }, handlers: { createSession } });
});
afterAll(async () => {
  await gate[Symbol.asyncDispose]();
  rmSync(home, { recursive: true, force: true });
});

async function skein(...args: string[]) {
  const lines: string[] = [];
  const err: string[] = [];
  const code = await runCommand(["timeline", ...args, "--url", gate.url, "--as", "admin"], {
    ...{ checkout: join(import.meta.dirname, ".."), env: { SKEIN_HOME: home }, signal: new AbortController().signal },
    talk: createTalk({ write: (text) => err.push(text) }, { live: false, colours: false }),
    out: (text) => void lines.push(text),
  });
  return { code, lines, err: err.join("") };
}

test("what differs is found with 1, repaired on request, and equal afterwards", async () => {
  await gate.mesh.settle();
  expect(await skein("verify", "--partition", "7")).toMatchObject({ code: 0 });
  await gate.mesh.deps("timeline").db.query(sql`insert into locked (account_id, shard) values (${ACCOUNT}, 7)`);
  const found = await skein("verify", "--partition", "7");
  expect(found.code).toBe(1);
  expect(found.lines[0]).toMatch(/^SOURCE +KIND +ROWS +DIFFERING +REPAIRED +UNSETTLED$/);
  expect(found.lines.find((line) => line.includes("privacy"))).toMatch(/privacy +1 +1 +0 +0$/);
  expect(await skein("verify", "--partition", "7", "--repair")).toMatchObject({ code: 0 });
  const { code, lines } = await skein("verify", "--partition", "7", "--json");
  expect(code).toBe(0);
  expect(lines.map((line) => JSON.parse(line)).filter(({ differing }) => differing > 0)).toEqual([]);
});

test("a partition and a home are built anew, and it says how much that was", async () => {
  await gate.mesh.deps("timeline").db.query(sql`insert into locked (account_id, shard) values (${ACCOUNT}, 9)`);
  const { code, lines } = await skein("rebuild", "--partition", "9", "--json");
  expect(code).toBe(0);
  expect(JSON.parse(lines.at(-1) ?? "")).toMatchObject({ done: 1, of: 1, rows: 0, repaired: 1 });
  const one = await skein("rebuild", "--owner", ACCOUNT);
  expect(one.lines[0]).toMatch(
    /^0 rows and 1 home built anew \(\d+ homes\/s\), 0 were other than they should have been$/,
  );
});

test("how it stands is said in two lines", async () => {
  await gate.mesh.settle();
  const { code, lines } = await skein("status");
  expect(code).toBe(0);
  expect(lines[0]).toMatch(/^0 events not applied yet, deliveries are as of \d+ s ago$/);
  expect(lines[1]).toBe("0 deliveries to many under way; 0 authors pulled");
});

test.each([
  [["verfy"], "timeline cannot verfy · did you mean verify?"],
  [["verify", "--partition", "64"], "--partition 64 is no number from 0 to 63"],
  [["rebuild", "--repair"], "timeline rebuild has no option --repair"],
  [["rebuild", "--partition", "1", "--owner", ACCOUNT], "one home or one partition?"],
])("%j ends with 2 and a way out", async (args, words) => {
  const { code, err } = await skein(...args);
  expect(code).toBe(2);
  expect(err).toContain(words);
});
