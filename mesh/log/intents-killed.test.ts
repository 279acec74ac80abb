import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFile, mkdtempDisposable, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execPath } from "node:process";
import { expect, test } from "vitest";
import { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import { sql } from "../store/sql.ts";
import { type ToyDeps, toy } from "../testing/toy.ts";
import { startTestMesh } from "../testing.ts";
import { type Promised, workIntents } from "./intents.ts";

const root = join(import.meta.dirname, "../..");

/** A worker that dies at a step, as by a power cut. What it does outside is a line in a file. */
const script = `
  import { appendFileSync } from "node:fs";
  import { intend, workIntents } from "#mesh/log/intents.ts";
  import { realLent } from "#mesh/lent.ts";
  import { openDatabase } from "#mesh/store/database.ts";
  import { createLogger } from "#mesh/telemetry/logger.ts";
  const { url, file, step, promised, kind } = JSON.parse(process.env.TASK);
  const dieAt = (name) => {
    if (name !== step) return;
    process.kill(process.pid, "SIGKILL");
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  };
  const db = await openDatabase({ url, service: "identity", entities: [], connections: 2 });
  const deps = { ...realLent(), db, log: createLogger({ level: "silent", service: "identity" }) };
  await db.commit(undefined, async (tx) => {
    await intend(tx, { kind, key: kind, payload: Buffer.from("x") });
    dieAt("before it is committed");
  });
  dieAt("before it is taken");
  const act = async (intent) => {
    dieAt("before it is done");
    appendFileSync(file, intent.key + "\\n");
    dieAt("after it was done");
  };
  await workIntents([{ kind, promised, act }], deps, new AbortController().signal);
  dieAt("after it was noted");
`;

interface Case {
  readonly step: string;
  readonly promised: Promised;
  /** How often it happened in the end, and what its row says. */
  readonly wanted: readonly [times: number, state: string | undefined];
}
const cases: readonly Case[] = [
  { step: "before it is committed", promised: "AT_LEAST_ONCE", wanted: [0, undefined] },
  { step: "before it is taken", promised: "AT_MOST_ONCE", wanted: [1, "DONE"] },
  { step: "before it is done", promised: "AT_LEAST_ONCE", wanted: [1, "DONE"] },
  { step: "before it is done", promised: "AT_MOST_ONCE", wanted: [0, "GIVEN_UP"] },
  { step: "after it was done", promised: "AT_LEAST_ONCE", wanted: [2, "DONE"] },
  { step: "after it was done", promised: "AT_MOST_ONCE", wanted: [1, "GIVEN_UP"] },
  { step: "after it was noted", promised: "AT_MOST_ONCE", wanted: [1, "DONE"] },
];

test("a worker that dies between any two steps breaks no promise", async () => {
  await using mesh = await startTestMesh([toy("identity", [IdentityService], {})]);
  await using folder = await mkdtempDisposable(join(tmpdir(), "skein-intents-"));
  const deps = mesh.deps<ToyDeps>("identity");
  const file = join(folder.path, "outside");
  await writeFile(file, "");
  const kindOf = ({ step, promised }: Case) => `${step}, ${promised}`;
  await Promise.all(
    cases.map(async (one) => {
      const task = JSON.stringify({ url: deps.db.url, file, ...one, kind: kindOf(one) });
      const options = { cwd: root, env: { PATH: process.env.PATH, TASK: task }, stdio: "inherit" as const };
      const [, signal] = await once(spawn(execPath, ["--input-type=module", "-e", script], options), "exit");
      expect(signal).toBe("SIGKILL");
    }),
  );
  // Their leases run out, and somebody else goes on.
  await deps.db.query(sql`update intent set due_at = now() where state in ('DUE', 'CLAIMED')`);
  const act = (intent: { key: string }) => appendFile(file, `${intent.key}\n`);
  const effects = cases.map((one) => ({ kind: kindOf(one), promised: one.promised, act }));
  await workIntents(effects, deps, new AbortController().signal);
  const lines = (await readFile(file, "utf8")).split("\n");
  const rows = await deps.db.query<{ kind: string; state: string }>(sql`select kind, state from intent`);
  const found = cases.map((one) => ({
    case: kindOf(one),
    outcome: [
      lines.filter((line) => line === kindOf(one)).length,
      rows.find(({ kind }) => kind === kindOf(one))?.state,
    ],
  }));
  expect(found).toEqual(cases.map((one) => ({ case: kindOf(one), outcome: one.wanted })));
}, 90_000);
