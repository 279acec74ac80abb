import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";

// A checkout with one package and an npm of our own, which notes each install and does what `npm-says.cjs` tells it.
function checkout(npmSays = ""): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), "skein-boot-"));
  mkdirSync(join(path, "scripts"));
  for (const file of ["boot.mjs", "boot-install.mjs"])
    copyFileSync(join(import.meta.dirname, file), join(path, "scripts", file));
  const packages = { "": {}, "node_modules/one": { version: "1.0.0" } };
  writeFileSync(join(path, "package.json"), '{"type":"module"}');
  writeFileSync(join(path, "package-lock.json"), JSON.stringify({ packages }));
  writeFileSync(
    join(path, "npm-cli.js"),
    `import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
     appendFileSync("installs", process.argv.slice(2).join(" ") + "\\n");
     ${npmSays}
     mkdirSync("node_modules/.bin", { recursive: true });
     writeFileSync("node_modules/.package-lock.json", ${JSON.stringify(JSON.stringify({ packages: { "node_modules/one": { version: "1.0.0" } } }))});`,
  );
  writeFileSync(
    join(path, "say.ts"),
    `const [, , ...words]: string[] = process.argv;
     if (words[0] === "exit") process.exit(Number(words[1]));
     if (words[0] === "die") process.kill(process.pid, "SIGKILL");
     if (words[0] === "wait") {
       process.on("SIGTERM", () => { console.log("asked to stop"); process.exit(5); });
       setInterval(() => undefined, 60_000);
     }
     console.log(words.join(" "), process.cwd() === ${JSON.stringify(tmpdir())}, process.env.NODE_COMPILE_CACHE);`,
  );
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

function boot(path: string, ...args: string[]): ChildProcess {
  const env = { ...process.env, npm_execpath: join(path, "npm-cli.js"), NODE_COMPILE_CACHE: "" };
  return spawn(process.execPath, [join(path, "scripts", "boot.mjs"), ...args], {
    cwd: tmpdir(),
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
}

async function ended(child: ChildProcess): Promise<{ code: number | null; out: string; err: string }> {
  const heard = { out: "", err: "" };
  child.stdout?.on("data", (chunk) => (heard.out += chunk));
  child.stderr?.on("data", (chunk) => (heard.err += chunk));
  const [code] = await once(child, "close");
  return { code, ...heard };
}

const installs = (path: string) => readFileSync(join(path, "installs"), "utf8").trim().split("\n").length;

test("the first boot installs from the lock, the next ones do not, and the caller's directory is kept", async () => {
  using here = checkout();
  const first = await ended(boot(here.path, "say.ts", "hello", "there"));
  expect(first).toMatchObject({ code: 0, out: `hello there true ${join(here.path, ".cache", "compile")}\n` });
  expect(first.err).toMatch(/installing 2 packages.*\n installed in \d+ s/);
  expect(readFileSync(join(here.path, "installs"), "utf8")).toBe("ci --no-audit --no-fund --loglevel=error\n");
  expect((await ended(boot(here.path, "say.ts"))).err).toBe("");
  writeFileSync(join(here.path, "package.json"), '{"type":"module","scripts":{"new":"true"}}');
  await ended(boot(here.path, "say.ts"));
  expect(installs(here.path)).toBe(1);
});

test("a changed lock is installed", async () => {
  using here = checkout();
  await ended(boot(here.path, "say.ts"));
  writeFileSync(join(here.path, "package-lock.json"), '{"packages":{"":{},"node_modules/one":{"version":"1.0.1"}}}');
  await ended(boot(here.path, "say.ts"));
  expect(installs(here.path)).toBe(2);
});

test("boots at the same time install once", async () => {
  using here = checkout("await new Promise((done) => setTimeout(done, 300));");
  const all = await Promise.all([1, 2, 3].map(() => ended(boot(here.path, "say.ts"))));
  expect(all.map(({ code }) => code)).toEqual([0, 0, 0]);
  expect(installs(here.path)).toBe(1);
  expect(existsSync(join(here.path, ".cache", "install.lock"))).toBe(false);
});

test("the lock of an install that was killed is taken over", async () => {
  using here = checkout();
  mkdirSync(join(here.path, ".cache", "install.lock"), { recursive: true });
  writeFileSync(join(here.path, ".cache", "install.lock", "pid"), "999999999");
  expect((await ended(boot(here.path, "say.ts"))).code).toBe(0);
});

test.each([
  ["npm error code EAI_AGAIN", "the npm registry cannot be reached · go online"],
  ["npm error code ENOSPC", "the disk is full · free 1 GB"],
  ["npm error code EACCES", "no permission to write"],
  ["npm error code EUSAGE", "package.json and package-lock.json disagree · run: npm install"],
  ["npm error something else", "npm ci failed · mend what it names"],
])("an install that fails with '%s' names the fix and exits 3", async (words, fix) => {
  using here = checkout(`console.error("${words}"); process.exit(1);`);
  const { code, err } = await ended(boot(here.path, "say.ts"));
  expect(code).toBe(3);
  expect(err).toContain(`✖ ${fix}`);
  expect(err).toContain(`  | ${words}`);
});

test("the child's exit code is ours, a signal's is 128 more, and SIGTERM is handed on once", async () => {
  using here = checkout();
  expect((await ended(boot(here.path, "say.ts", "exit", "7"))).code).toBe(7);
  expect((await ended(boot(here.path, "say.ts", "die"))).code).toBe(137);
  const waiting = boot(here.path, "say.ts", "wait");
  const end = ended(waiting);
  await once(waiting.stdout as NodeJS.ReadableStream, "data");
  waiting.kill("SIGTERM");
  expect(await end).toMatchObject({ code: 5, out: expect.stringMatching(/asked to stop\n$/) });
});

test("a tool of node_modules runs by name, from the checkout; an unknown one and none at all are told", async () => {
  using here = checkout();
  await ended(boot(here.path, "say.ts"));
  writeFileSync(join(here.path, "node_modules", ".bin", "tool"), "#!/usr/bin/env node\nconsole.log(process.cwd());");
  chmodSync(join(here.path, "node_modules", ".bin", "tool"), 0o755);
  expect((await ended(boot(here.path, "bin:tool"))).out).toContain("skein-boot-");
  expect(await ended(boot(here.path, "bin:nothing"))).toMatchObject({
    code: 3,
    err: expect.stringContaining("run: npm ci"),
  });
  expect(await ended(boot(here.path))).toMatchObject({ code: 2, err: expect.stringContaining("usage:") });
});
