import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { type Cli, type Command, type Env, exits, misused } from "./command.ts";
import { commands } from "./commands.ts";
import { entry, explain } from "./help.ts";
import { nearest } from "./nearest.ts";
import { report } from "./report.ts";
import { chooseHome } from "./servers/home.ts";

const general = { json: { type: "boolean" }, help: { type: "boolean", short: "h" } } as const;

/** Where a command runs, and where it is heard. */
export interface Around extends Pick<Cli, "checkout" | "talk" | "signal" | "out"> {
  readonly env: Env;
}

/** The command's name among the words typed, and the rest of them. */
export function nameIn(args: readonly string[]): [name: string, ...rest: string[]] {
  if (args[0] === "--version") return ["version"];
  const [name = "help", ...rest] = args[0]?.startsWith("-") ? ["help", ...args] : args;
  return [name, ...rest];
}

/** Runs one command and returns its exit code; whatever goes wrong has been told. */
export async function runCommand(args: readonly string[], around: Around): Promise<number> {
  const [name, ...rest] = nameIn(args);
  const home = resolve(chooseHome(around.checkout, around.env));
  const cli: Cli = { ...around, commands, home, json: rest.includes("--json") };
  try {
    const chosen = await entry(commands, name).load();
    const { values, positionals } = parse(name, chosen, rest);
    if (values.help && name !== "help") {
      cli.out(await explain(commands, name));
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
