import { spawnSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { execPath } from "node:process";
import { expect, test } from "vitest";
import { type CrashPoint, crashPoints, faultAt } from "./crash-points.ts";

const root = join(import.meta.dirname, "..");

test("the registry holds every crash point of the code, and no other", () => {
  const files = globSync("{mesh,services,gateway}/**/*.ts", { cwd: root }).filter((path) => !path.endsWith(".test.ts"));
  const calls = files.flatMap((path) => [
    ...readFileSync(join(root, path), "utf8").matchAll(/\bcrashPoint\(\s*[^,()]+,\s*([^)]*?),?\s*\)/g),
  ]);
  const named = calls.map(([, name]) => name ?? "").filter((name) => !name.startsWith("name:"));
  expect(new Set(named)).toEqual(new Set(crashPoints.map((name) => `"${name}"`)));
  expect(named.length).toBeGreaterThanOrEqual(crashPoints.length);
});

test("a fault names its service, its point and how often it is passed", () => {
  expect(faultAt(undefined)).toBeUndefined();
  expect(faultAt("")).toBeUndefined();
  expect(faultAt("social-graph.relay.afterRead")).toEqual({
    service: "social-graph",
    name: "relay.afterRead",
    times: 1,
  });
  expect(faultAt("content.log.afterCommit:12")).toMatchObject({ service: "content", times: 12 });
  const wrong = ["relay.afterRead", "content.relay.nowhere", "content.relay.afterRead:0", "content.relay.afterRead:x"];
  for (const text of wrong) expect(() => faultAt(text), text).toThrow("names no crash point");
});

test("the process ends at once at the n-th time, in that service only, and never without being asked", () => {
  const script = `
    import { crashPoint } from "./mesh/crash-points.ts";
    process.on("exit", () => console.log("cleaned up"));
    for (let n = 1; n <= 4; n++) {
      console.log(n);
      crashPoint("identity", "${"relay.afterRead" satisfies CrashPoint}");
      crashPoint("content", "${"relay.afterPublish" satisfies CrashPoint}");
      crashPoint("content", "${"relay.afterRead" satisfies CrashPoint}");
    }`;
  const run = (fault: string) =>
    spawnSync(execPath, ["--input-type=module", "-e", script], { cwd: root, env: { ...process.env, FAULT_AT: fault } });
  const hit = run("content.relay.afterRead:3");
  expect({ signal: hit.signal, said: String(hit.stdout) }).toEqual({ signal: "SIGKILL", said: "1\n2\n3\n" });
  expect(String(run("").stdout)).toBe("1\n2\n3\n4\ncleaned up\n");
  expect(run("content.relay.nowhere").status).toBe(1);
});
