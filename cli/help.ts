import { type Command, command, exits, misused } from "./command.ts";
import { commands } from "./commands.ts";
import { nearest } from "./nearest.ts";

/** Explains the commands, or one of them. */
export const help = command({
  usage: ["help [command]"],
  help: "Without a name it lists the commands.",
  options: {},
  words: 1,
  async run(_values, [name], { json, out }) {
    if (json) out(JSON.stringify(await asData(name)));
    else out(name ? await explain(name) : overview());
    return exits.done;
  },
});

/** All commands in one look. */
export function overview(): string {
  const lines = Object.entries(commands).map(([name, { about }]) => `  ${name.padEnd(9)} ${about}`);
  return `usage: ./skein <command> [options]\n\n${lines.join("\n")}\n
Every command takes --json and --help. Results go to standard output, talk to standard error.
Exit codes: 0 done, 1 failed, 2 typed wrongly, 3 something on this machine is in the way, 4 not running.`;
}

/** One command with its options. */
export async function explain(name: string): Promise<string> {
  const { usage, help } = await entry(name).load();
  return `${entry(name).about}\n\n${usage.map((line, at) => `${at === 0 ? "usage: " : "       "}./skein ${line}`).join("\n")}\n\n${help}`;
}

/** The entry of a command, or a refusal that names the nearest. */
export function entry(name: string): (typeof commands)[string] {
  const found = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (found) return found;
  const near = nearest(name, Object.keys(commands));
  throw misused(`there is no command "${name}"`, near ? `did you mean: ./skein ${near}` : "see: ./skein help");
}

async function asData(name: string | undefined): Promise<object> {
  const described = async (one: string, { usage, options }: Command) => ({
    name: one,
    about: entry(one).about,
    usage,
    options,
  });
  if (name) return described(name, await entry(name).load());
  return { commands: Object.entries(commands).map(([one, { about }]) => ({ name: one, about })) };
}
