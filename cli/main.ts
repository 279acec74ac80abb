import { existsSync } from "node:fs";
import { join } from "node:path";
import { exits } from "./command.ts";
import { nameIn, runCommand } from "./run.ts";
import { terminalTalk } from "./terminal/talk.ts";
import { isBehind } from "./up/behind.ts";

process.exitCode = await main(process.argv.slice(2));
await Promise.all(
  [process.stdout, process.stderr].map((stream) => new Promise((written) => stream.write("", written))),
);
process.exit(); // a connection that somebody forgot must not keep the prompt away

async function main(args: readonly string[]): Promise<number> {
  // The reader of our output may leave (`| head`): that ends every command but the one that keeps services running.
  process.stdout.on("error", () => void (nameIn(args)[0] !== "up" && process.exit(exits.done)));
  process.stderr.on("error", () => undefined);
  const checkout = join(import.meta.dirname, "..");
  const envFile = join(checkout, ".env");
  if (existsSync(envFile)) process.loadEnvFile(envFile); // what the environment has already stays as it is
  return runCommand(args, {
    checkout,
    env: process.env,
    talk: terminalTalk(process.env),
    signal: stopSignal(),
    out: (text) => void process.stdout.write(`${text}\n`),
  });
}

/** The first wish to stop is a wish, the second ends us at once: children and servers end by themselves then. */
function stopSignal(): AbortSignal {
  const stop = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(name, () => {
      if (stop.signal.aborted && name === "SIGINT") process.exit(130);
      stop.abort(name);
    });
  }
  // The boot script that started us was killed. Whoever is to stay behind lets go of the channel on purpose.
  if (process.send && !isBehind()) {
    process.once("disconnect", () => stop.abort("SIGHUP"));
    process.channel?.unref();
  }
  return stop.signal;
}
