import { expect, test } from "vitest";
import { sources } from "./sources.ts";

const LAYERS = ["gen", "mesh", "services", "main.ts", "cli", "lab"];
const rank = (path: string) => {
  const top = path.split("/")[0] ?? "";
  return LAYERS.indexOf(top === "gateway" ? "services" : top);
};
/** A service is a room of its own; the gateway too. */
const roomOf = (path: string) => /^(services\/[^/]+|gateway)\//.exec(path)?.[1];
const ranked = sources().filter(({ path }) => rank(path) >= 0);

test("there is something to look at", () => {
  expect(ranked.length).toBeGreaterThan(50);
  expect(ranked.filter(({ imports }) => imports.length > 0).length).toBeGreaterThan(40);
});

test("imports point downhill only", () => {
  const uphill = ranked.flatMap(({ path, imports }) =>
    imports.filter((target) => rank(target) > rank(path)).map((target) => `${path} -> ${target}`),
  );
  expect(uphill.filter((line) => !/\.test\.ts ->/.test(line))).toEqual([]);
});

test("services never import each other", () => {
  const sideways = ranked.flatMap(({ path, imports }) =>
    imports
      .filter((target) => roomOf(path) && roomOf(target) && roomOf(path) !== roomOf(target))
      .map((target) => `${path} -> ${target}`),
  );
  expect(sideways.filter((line) => !/\.test\.ts ->|testing/.test(line))).toEqual([]);
});

test("nothing imports the lab, and the door for tests is used by tests only", () => {
  const wrong = ranked.flatMap(({ path, imports }) =>
    imports
      .filter((target) => (target.startsWith("lab/") && !path.startsWith("lab/")) || target === "mesh/testing.ts")
      .filter(() => !/(\.test\.ts|testing[^/]*\.ts)$|\/testing\/|^lab\//.test(path))
      .map((target) => `${path} -> ${target}`),
  );
  expect(wrong).toEqual([]);
});

test("no file imports itself through others", () => {
  const next = new Map(ranked.map(({ path, text }) => [path, valueImports(path, text)]));
  const circles: string[] = [];
  const done = new Set<string>();
  const walk = (path: string, trail: readonly string[]) => {
    if (trail.includes(path)) return void circles.push([...trail.slice(trail.indexOf(path)), path].join(" > "));
    if (done.has(path)) return;
    for (const target of next.get(path) ?? []) walk(target, [...trail, path]);
    done.add(path);
  };
  for (const path of next.keys()) walk(path, []);
  expect(circles).toEqual([]);

  // Types are gone at run time: only imports of values make a circle.
  function valueImports(path: string, text: string): readonly string[] {
    const source = ranked.find((one) => one.path === path);
    const typesOnly = new Set(
      [...text.matchAll(/import type [^;]*?from\s+"([^"]+)"/g)].map(([, target]) => (target ?? "").split("/").at(-1)),
    );
    return (source?.imports ?? []).filter((target) => !typesOnly.has(target.split("/").at(-1)));
  }
});

test("time, chance and timers are lent by the host, never taken", () => {
  const taken =
    /\bDate\.now\(|new Date\(\)|Math\.random\(|\bset(?:Timeout|Interval|Immediate)\(|\brandomUUID\(|performance\.now\(/;
  const wrong = ranked
    .filter(({ path }) => /^(services|gateway)\//.test(path) && !/\.test\.ts$|testing/.test(path))
    .filter(({ text }) => taken.test(text));
  expect(wrong.map(({ path }) => path)).toEqual([]);
});

test("services read no environment and print nothing", () => {
  const wrong = ranked
    .filter(({ path }) => /^(services|gateway)\//.test(path) && !path.endsWith(".test.ts"))
    .filter(({ text }) => /process\.env|console\./.test(text));
  expect(wrong.map(({ path }) => path)).toEqual([]);
});

test("no hand-written file is longer than 300 lines", () => {
  expect(
    sources()
      .filter(({ text }) => text.split("\n").length > 301)
      .map(({ path }) => path),
  ).toEqual([]);
});

test("exports are named", () => {
  const wrong = ranked.filter(({ text }) => /^export default /m.test(text));
  expect(wrong.map(({ path }) => path)).toEqual([]);
});
