// Brings node_modules in step with package-lock.json, once, whoever asks at the same time. Part of boot.mjs.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { constants as os } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The checkout, where npm installs, and the Node 24 it installs. */
export const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
export const modules = join(root, "node_modules");
export const ownNode = join(modules, "node", "bin", "node");
/** The major version of the Node that runs this script. */
export const major = Number(process.versions.node.split(".")[0]);
const stamp = join(modules, ".lock-hash");

/** Returns when everything is installed; ends the process, with the fix in words, when it cannot be. */
export async function ensureInstalled() {
  if (!installed()) await alone(install);
}

function wanted() {
  const hash = createHash("sha256");
  for (const file of ["package-lock.json", "package.json"]) hash.update(readFileSync(join(root, file)));
  return hash.digest("hex");
}

function installed() {
  if (major < 24 && !existsSync(ownNode)) return false;
  if (read(stamp) === wanted()) return true;
  if (!sameAsLock()) return false;
  try {
    writeFileSync(stamp, wanted());
  } catch {
    // somebody else's checkout: compared again next time, which costs milliseconds
  }
  return true;
}

// What npm itself noted in node_modules, against the lock: right after a plain `npm ci`, or when package.json changed
// only in its scripts, there is nothing to install.
function sameAsLock() {
  const [lock, here, manifest] = ["package-lock.json", "node_modules/.package-lock.json", "package.json"].map((file) =>
    JSON.parse(read(join(root, file)) || "{}"),
  );
  if (!lock.packages || !here.packages) return false;
  const top = lock.packages[""] || {};
  const declared = ["dependencies", "devDependencies", "optionalDependencies"].every((kind) => {
    const names = new Set([...Object.keys(top[kind] || {}), ...Object.keys(manifest[kind] || {})]);
    return [...names].every((name) => top[kind]?.[name] === manifest[kind]?.[name]);
  });
  const present = Object.entries(lock.packages).every(([path, { version, optional, link }]) => {
    const found = here.packages[path];
    return !path || link || (found ? found.version === version : optional);
  });
  return declared && present && Object.keys(here.packages).every((path) => lock.packages[path]);
}

/** One boot installs, the others wait: a directory can be made only once. */
async function alone(work) {
  const lock = join(root, ".cache", "install.lock");
  const holder = join(lock, "pid");
  for (let told = false; ; told = true) {
    try {
      mkdirSync(dirname(lock), { recursive: true });
      mkdirSync(lock);
      writeFileSync(holder, String(process.pid));
      break;
    } catch (error) {
      if (error.code !== "EEXIST") stop(explain(error.code, error.message));
    }
    const pid = Number(read(holder));
    if (!told) say(pid ? `waiting for another install (pid ${pid})` : "waiting for another install");
    await new Promise((done) => setTimeout(done, 250));
    if (read(holder) === String(pid || "") && !(running(pid) && recent(lock)))
      rmSync(lock, { recursive: true, force: true });
  }
  const release = () => rmSync(lock, { recursive: true, force: true });
  process.once("exit", release);
  if (!installed()) await work();
  process.removeListener("exit", release);
  release();
}

async function install() {
  const count = Object.keys(JSON.parse(read(join(root, "package-lock.json")) || "{}").packages || {}).length;
  if (!count) stop("package-lock.json is missing or unreadable · run: git checkout package-lock.json");
  say(`installing ${count} packages (once, about half a minute)`);
  const began = Date.now();
  rmSync(stamp, { force: true }); // an install that is cut off must not look finished
  const { code, words } = await npmCi();
  if (code !== 0) stop(explain(words, words));
  if (major < 24 && !existsSync(ownNode))
    stop(
      "npm did not install Node 24 (install scripts are switched off) · run: npm rebuild node --ignore-scripts=false",
    );
  writeFileSync(stamp, wanted());
  say(`installed in ${Math.round((Date.now() - began) / 1000)} s`);
}

function npmCi() {
  const cli = process.env.npm_execpath; // may also be yarn's or pnpm's
  const npm = cli && basename(cli) === "npm-cli.js" ? [process.execPath, cli] : ["npm"];
  const [file, ...before] = npm;
  const child = spawn(file, [...before, "ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let words = "";
  child.stderr.on("data", (chunk) => {
    words += chunk;
  });
  let cut;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"])
    process.once(signal, () => {
      cut = signal;
      child.kill(signal);
    });
  return new Promise((done) => {
    child.once("error", ({ code }) => done({ code: 1, words: code === "ENOENT" ? "no npm" : String(code) }));
    child.once("close", (code, signal) =>
      cut || signal ? process.exit(128 + os.signals[cut || signal]) : done({ code, words }),
    );
  });
}

function explain(clue, words) {
  const said = words.trim().split("\n");
  const why = (message, lines = said.slice(-12)) => `${message}\n${lines.map((line) => `  | ${line}`).join("\n")}`;
  if (/no npm/.test(clue)) return "npm is not on PATH · install Node 18 or newer with npm: https://nodejs.org";
  if (/ENOSPC|EDQUOT/.test(clue) || full()) return why("the disk is full · free 1 GB, then run the same command again");
  if (/EACCES|EPERM|EROFS/.test(clue))
    return why(`no permission to write ${root} · run once as its owner: npm ci · or clone a copy of your own`);
  if (/EUSAGE/.test(clue))
    return why("package.json and package-lock.json disagree · run: npm install", said.slice(0, 8));
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ENOTCACHED|network/i.test(clue))
    return why(
      "the npm registry cannot be reached · go online (or set a registry or proxy: npm config set registry URL), then run the same command again",
    );
  return why("npm ci failed · mend what it names, or: rm -rf node_modules, then run the same command again");
}

// An install script that fails for want of room says something else.
function full() {
  const { bavail, bsize } = fs.statfsSync ? fs.statfsSync(root) : { bavail: 1e9, bsize: 1 }; // from Node 18.15 on
  return bavail * bsize < 50e6;
}

// A pid may have passed on to a stranger; no install takes a quarter of an hour.
function recent(path) {
  const since = statSync(path, { throwIfNoEntry: false });
  return since !== undefined && Date.now() - since.mtimeMs < 900_000;
}

function running(pid) {
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch (error) {
    return error.code === "EPERM";
  }
}

function read(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function say(line) {
  process.stderr.write(` ${line}\n`);
}

/** Ends the process with one line: what is wrong and how to mend it. */
export function stop(line, code = 3) {
  process.stderr.write(`✖ ${line}\n`);
  process.exit(code);
}
