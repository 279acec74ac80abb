// The door for every `npm start` and `./skein`: plain JavaScript for any Node from 18 on, no dependencies.
// Installs what package-lock.json names when that has changed, then goes on under Skein's own Node 24.
//   node scripts/boot.mjs <file.ts | bin:NAME> [args...]     (a relative file is seen from the checkout)
import { execFileSync, spawn } from "node:child_process";
import { accessSync, constants, existsSync, mkdirSync, readFileSync, realpathSync } from "node:fs";
import { constants as os } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { ensureInstalled, major, modules, ownNode, root, stop } from "./boot-install.mjs";

main().catch((error) => stop(error instanceof Error ? error.message : String(error)));

async function main() {
  const [target, ...args] = process.argv.slice(2);
  if (!target) stop("nothing to run · usage: node scripts/boot.mjs <file.ts | bin:NAME> [args...]", 2);
  if (major < 18)
    stop(
      `Node ${process.versions.node} found, 18 or newer needed to start (Skein then brings its own Node 24) · nvm install 24`,
    );
  await ensureInstalled();
  const node = major >= 24 ? process.execPath : realpathSync(ownNode);
  const tool = target.startsWith("bin:") ? target.slice(4) : undefined;
  const ours = !tool && /cli\/main\.ts$/.test(target);
  run(node, [tool ? toolFile(tool) : resolve(root, target), ...args], tool ? root : process.cwd(), ours);
}

function toolFile(name) {
  const link = join(modules, ".bin", name);
  if (!existsSync(link)) stop(`there is no tool "${name}" in node_modules/.bin · run: npm ci`);
  return realpathSync(link);
}

function run(node, args, cwd, ours) {
  const hadTerminal = onTerminal();
  // The channel is a life line: when we are killed it closes, and our command ends itself instead of living on.
  const stdio = ["inherit", "inherit", "inherit", ...(ours ? ["ipc"] : [])];
  const child = spawn(node, args, { cwd, env: environment(), stdio });
  child.channel?.unref();
  endWithNpm(() => child.kill("SIGTERM"));
  // A terminal sends its Ctrl-C and its hang-up to the whole group, so the child has them already: handing them on
  // would be the second Ctrl-C that cuts a graceful stop short. Without a terminal only we are told.
  const handOn = { SIGINT: () => !onTerminal(), SIGHUP: () => !hadTerminal, SIGTERM: () => true };
  for (const [signal, needed] of Object.entries(handOn)) process.on(signal, () => needed() && child.kill(signal));
  child.once("error", ({ message }) => stop(`cannot run ${node} (${message}) · run: npm ci`));
  child.once("exit", (code, signal) => process.exit(signal ? 128 + os.signals[signal] : code));
}

/** An npm that is killed tells nobody: its child merely gets another parent. */
function endWithNpm(end) {
  if (!process.env.npm_lifecycle_event) return;
  const npm = process.ppid;
  setInterval(() => process.ppid !== npm && end(), 500).unref();
}

/** True when we are in the foreground of a terminal, whose keys reach our whole process group. */
function onTerminal() {
  try {
    const [group, foreground] =
      process.platform === "linux"
        ? readFileSync("/proc/self/stat", "utf8")
            .replace(/^.*\) /s, "")
            .split(" ")
            .filter((_, at) => at === 2 || at === 5)
        : execFileSync("ps", ["-o", "pgid=,tpgid=", "-p", String(process.pid)], { encoding: "utf8" })
            .trim()
            .split(/\s+/);
    return group === foreground;
  } catch {
    return false;
  }
}

function environment() {
  const env = { ...process.env, PATH: [join(modules, ".bin"), process.env.PATH].filter(Boolean).join(delimiter) };
  const cache = join(root, ".cache", "compile");
  try {
    mkdirSync(cache, { recursive: true });
    accessSync(cache, constants.W_OK);
    env.NODE_COMPILE_CACHE = process.env.NODE_COMPILE_CACHE || cache;
  } catch {
    // a checkout that is not ours: slower by a moment
  }
  return env;
}
