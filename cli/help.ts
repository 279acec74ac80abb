import { type Command, type Commands, command, type Entry, exits, misused } from "./command.ts";
import { nearest } from "./nearest.ts";

/** Explains the commands, or one of them. */
export const help = command({
  usage: ["help [command]"],
  help: "Without a name it lists the commands.",
  options: {},
  words: 1,
  async run(_values, [name], { commands, json, out }) {
    if (json) out(JSON.stringify(await asData(commands, name)));
    else out(name ? await explain(commands, name) : overview(commands));
    return exits.done;
  },
});

/** All commands in one look. */
export function overview(commands: Commands): string {
  const lines = Object.entries(commands).map(([name, { about }]) => `  ${name.padEnd(9)} ${about}`);
  return `usage: ./skein <command> [options]\n\n${lines.join("\n")}\n
Every command takes --json and --help. Results go to standard output, talk to standard error.
Exit codes: 0 done, 1 failed, 2 typed wrongly, 3 something on this machine is in the way, 4 not running.`;
}

/** One command with its options. */
export async function explain(commands: Commands, name: string): Promise<string> {
  const { usage, help } = await entry(commands, name).load();
  return `${entry(commands, name).about}\n\n${usage.map((line, at) => `${at === 0 ? "usage: " : "       "}./skein ${line}`).join("\n")}\n\n${help}`;
}

/** The entry of a command, or a refusal that names the nearest. */
export function entry(commands: Commands, name: string): Entry {
  const found = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (found) return found;
  const near = nearest(name, Object.keys(commands));
  throw misused(`there is no command "${name}"`, near ? `did you mean: ./skein ${near}` : "see: ./skein help");
}

async function asData(commands: Commands, name: string | undefined): Promise<object> {
  const described = async (one: string, { usage, options }: Command) => ({
    name: one,
    about: entry(commands, one).about,
    usage,
    options,
  });
  if (name) return described(name, await entry(commands, name).load());
  return { commands: Object.entries(commands).map(([one, { about }]) => ({ name: one, about })) };
}
