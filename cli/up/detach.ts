import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import { type Cli, exits } from "../command.ts";
import type { Told } from "./behind.ts";
import type { Wish } from "./stay.ts";

const cliFile = join(import.meta.dirname, "..", "main.ts");

/** Starts the supervisor in a session of its own, shows what it says, and returns when everything is ready. */
export async function detach(
  { split, fresh, port }: Wish,
  { checkout, home, json, talk, out, signal }: Cli,
): Promise<number> {
  mkdirSync(join(home, "log"), { recursive: true, mode: 0o700 }); // not among the services' logs, which --fresh deletes
  const log = openSync(join(home, "log", "supervisor.log"), "a", 0o600);
  const flags = [split && "--split", fresh && ["--fresh", "--yes"], port && ["--port", String(port)], json && "--json"];
  const args = [cliFile, "up", "--behind", ...flags.flat().filter((flag) => typeof flag === "string")];
  const colours = talk.paint("bold", "") !== "" ? { FORCE_COLOR: "1" } : {};
  const child = spawn(process.execPath, args, {
    cwd: checkout,
    detached: true,
    env: { ...process.env, ...colours, SKEIN_HOME: home },
    stdio: ["ignore", log, log, "ipc"],
  });
  closeSync(log);
  const stop = () => void child.kill("SIGTERM");
  signal.addEventListener("abort", stop, { once: true });
  const code = await new Promise<number>((resolve) => {
    child.on("message", ({ say, out: result, ready }: Told) => {
      if (say !== undefined) talk.say(say.replace(/\n$/, ""));
      if (result !== undefined) out(result);
      if (ready) resolve(exits.done);
    });
    child.once("error", () => resolve(exits.failed));
    child.once("exit", (ended) => resolve(ended ?? exits.failed));
  });
  signal.removeEventListener("abort", stop);
  child.unref();
  return code;
}
