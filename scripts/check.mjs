// Every gate in order, each with its time; all of them run even if one fails, so that one look shows all there is to mend.
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, globSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const bin = (name) => join(root, "node_modules/.bin", name);
process.chdir(root);

const steps = {
  "lint and format": () =>
    run(bin("biome"), ["ci", "--colors=off", "--max-diagnostics=30", "--error-on-warnings", "."]),
  types: () => run(bin("tsc"), ["--noEmit"]),
  "lock file": checkLock,
  "contracts: lint": () => vendored() ?? run(bin("buf"), ["lint"]),
  "contracts: format": () => run(bin("buf"), ["format", "--diff", "--exit-code", "proto"]),
  "contracts: breaking": checkBreaking,
  "contracts: generated code": checkGenerated,
  "settings: .env.example": () => run(process.execPath, ["cli/main.ts", "config", "example", "--check"]),
  "events: docs/asyncapi.json": () => run(process.execPath, ["cli/main.ts", "events", "asyncapi", "--check"]),
  architecture: () =>
    run(process.execPath, ["node_modules/vitest/vitest.mjs", "run", "--project", "unit", "lab/architecture"]),
};

let failed = 0;
for (const [name, step] of Object.entries(steps)) {
  const began = performance.now();
  const trouble = step();
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  if (trouble) failed++;
  console.log(`${trouble ? "✖" : "✔"} ${name.padEnd(28)} ${seconds} s${trouble ? `\n${trouble}` : ""}`);
}
process.exit(failed > 0 ? 1 : 0);

function run(command, args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    encoding: "utf8",
    env: { ...process.env, PATH: `${join(root, "node_modules/.bin")}:${process.env.PATH}` },
  });
  return status === 0 ? undefined : `${stdout}${stderr}${error ?? ""}`;
}

function vendored() {
  return run(process.execPath, ["scripts/vendor-protos.mjs"]);
}

// A registry that lacks a platform's package leaves a lock that installs here and breaks elsewhere.
function checkLock() {
  const { packages } = JSON.parse(readFileSync("package-lock.json", "utf8"));
  const wrong = Object.entries(packages).flatMap(([path, entry]) => [
    ...(entry.resolved && !entry.link ? [`${path} names a registry`] : []),
    ...Object.keys(entry.optionalDependencies ?? {})
      .filter((name) => ![`${path}/node_modules/${name}`, `node_modules/${name}`].some((key) => packages[key]?.version))
      .map((name) => `${name}, wanted by ${path || "us"}, is not in the lock`),
  ]);
  const { dependencies, devDependencies, optionalDependencies } = JSON.parse(readFileSync("package.json", "utf8"));
  const loose = Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies }).filter(
    ([, version]) => !/^\d/.test(version),
  );
  wrong.push(...loose.map(([name, version]) => `${name} is not pinned: ${version}`));
  return wrong.length > 0 ? wrong.join("\n") : undefined;
}

function checkBreaking() {
  const base = mergeBase();
  if (!base) return void console.log("  (nothing to compare with: no earlier commit holds buf.yaml)");
  const folder = ".cache/base";
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const archive = execFileSync("git", ["archive", base, "proto", "buf.yaml"], { maxBuffer: 64 * 1024 * 1024 });
  execFileSync("tar", ["-x", "-C", folder], { input: archive });
  cpSync(".vendor-proto", join(folder, ".vendor-proto"), { recursive: true });
  return run(bin("buf"), ["breaking", "--against", folder]);
}

function mergeBase() {
  const git = (...args) => spawnSync("git", args, { encoding: "utf8" });
  const head = git("rev-parse", "HEAD").stdout.trim();
  const shared = git("merge-base", "HEAD", "origin/main").stdout.trim();
  const base = shared && shared !== head ? shared : git("rev-parse", "--verify", "--quiet", "HEAD~1").stdout.trim();
  return base && git("cat-file", "-e", `${base}:buf.yaml`).status === 0 ? base : undefined;
}

function checkGenerated() {
  const before = hashOf("gen");
  const trouble = run(bin("buf"), ["generate"]);
  if (trouble) return trouble;
  return hashOf("gen") === before ? undefined : "gen/ was not what the contracts generate; it is now: commit it";
}

function hashOf(folder) {
  const hash = createHash("sha1");
  for (const path of globSync(`${folder}/**/*.ts`).sort())
    hash.update(path).update(existsSync(path) ? readFileSync(path) : "");
  return hash.digest("hex");
}
