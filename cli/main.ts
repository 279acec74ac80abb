import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { type Cli, type Command, exits, misused } from "./command.ts";
import { commands } from "./commands.ts";
import { entry, explain } from "./help.ts";
import { nearest } from "./nearest.ts";
import { report } from "./report.ts";
import { chooseHome } from "./servers/home.ts";
import { terminalTalk } from "./terminal/talk.ts";

const checkout = join(import.meta.dirname, "..");
const general = { json: { type: "boolean" }, help: { type: "boolean", short: "h" } } as const;

process.exitCode = await main(process.argv.slice(2));
await Promise.all(
  [process.stdout, process.stderr].map((stream) => new Promise((written) => stream.write("", written))),
);
process.exit(); // a connection that somebody forgot must not keep the prompt away

async function main(args: readonly string[]): Promise<number> {
  const [name = "help", ...rest] =
    args[0] === "--version" ? ["version"] : args[0]?.startsWith("-") ? ["help", ...args] : args;
  // The reader of our output may leave (`| head`): that ends every command but the one that keeps services running.
  process.stdout.on("error", () => void (name !== "up" && process.exit(exits.done)));
  process.stderr.on("error", () => undefined);
  const envFile = join(checkout, ".env");
  if (existsSync(envFile)) process.loadEnvFile(envFile); // what the environment has already stays as it is
  const talk = terminalTalk(process.env);
  const out = (text: string) => void process.stdout.write(`${text}\n`);
  const json = rest.includes("--json");
  const home = resolve(chooseHome(checkout, process.env));
  const cli: Cli = { env: process.env, commands, checkout, home, json, talk, signal: stopSignal(), out };
  try {
    const chosen = await entry(commands, name).load();
    const { values, positionals } = parse(name, chosen, rest);
    if (values.help && name !== "help") {
      out(await explain(commands, name));
      return exits.done;
    }
    return await chosen.run(values, positionals, cli);
  } catch (error) {
    return report(error, cli);
  }
}

function parse(name: string, { options, words }: Command, args: string[]) {
  const known = { ...options, ...general };
  try {
    const parsed = parseArgs({ args, options: known, allowPositionals: true, allowNegative: true });
    const extra = parsed.positionals[words];
    if (extra !== undefined && !parsed.values.help)
      throw misused(`"${extra}" is one word too many`, `see: ./skein help ${name}`);
    return parsed as { values: Record<string, never>; positionals: string[] };
  } catch (error) {
    const [, wrong] = /Unknown option '(-[^']*)'/.exec((error as Error).message) ?? [];
    if (!wrong)
      throw (error as { code?: string }).code?.startsWith("ERR_PARSE_ARGS")
        ? misused((error as Error).message, `see: ./skein help ${name}`)
        : error;
    const near = nearest(
      wrong,
      Object.keys(known).map((one) => `--${one}`),
    );
    throw misused(`${name} has no option ${wrong}`, near ? `did you mean ${near}?` : `see: ./skein help ${name}`);
  }
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
  return stop.signal;
}
