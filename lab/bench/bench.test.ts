import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const run = promisify(execFile);
const root = join(import.meta.dirname, "../..");
const MEMBERS = "name unit value p50_ms p99_ms errors cpu_us_per_op anchor ratio goal pass rounds".split(" ");

test("the smallest bench starts a mesh, measures it, tells it line by line and writes its report", async () => {
  await using folder = {
    path: await mkdtemp(join(tmpdir(), "skein-report-")),
    [Symbol.asyncDispose]: async () => {
      await rm(folder.path, { recursive: true });
    },
  };
  const words = ["bench", "post", "--quick", "--rounds", "2", "--seconds", "0.3", "--json", "--report", folder.path];
  const { stdout } = await run(process.execPath, ["cli/main.ts", ...words], {
    cwd: root,
    env: { PATH: process.env.PATH },
  });
  const lines = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  for (const line of lines) expect(Object.keys(line)).toEqual(MEMBERS);
  expect(lines.map(({ name, errors }) => [name, errors])).toEqual([
    ["post.one", 0],
    ["post.one.half", 0],
  ]);
  const [post] = lines;
  expect(post).toMatchObject({
    unit: "1/s",
    rounds: 2,
    goal: 0.2,
    anchor: { name: "bare single-row commit, 16 connections" },
  });
  expect(post.value).toBeGreaterThan(0);
  expect(post.anchor.value).toBeGreaterThan(0);
  expect(post.p99_ms).toBeGreaterThanOrEqual(post.p50_ms);
  expect(Object.keys(post.cpu_us_per_op).toSorted()).toEqual(["load", "mesh", "nats", "postgres", "redis"]);
  if (process.platform === "linux") expect(post.cpu_us_per_op.mesh).toBeGreaterThan(0);
  expect(await readFile(join(folder.path, "index.html"), "utf8")).toContain("post.one");
  expect(JSON.parse(await readFile(join(folder.path, "bench.json"), "utf8")).figures).toHaveLength(2);
}, 120_000);
