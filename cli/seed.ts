import { command, exits, Refusal } from "./command.ts";
import { runningHere } from "./fleet/here.ts";
import { layGround } from "./install/ground.ts";
import { personaPassword, personas } from "./install/personas.ts";
import { seedPersonas } from "./install/seeding.ts";
import { count } from "./terminal/words.ts";
import { isPrivate } from "./up/private.ts";

/** Makes the personas. */
export const seed = command({
  usage: ["seed"],
  help: `Makes ${personas.map(({ name, title }) => (title ? `${name} (${title})` : name)).join(", ")}, with a password that everybody knows.
DEV ONLY: it refuses to do that where strangers can connect. Repeating it changes nothing.`,
  options: {},
  words: 0,
  async run(_values, _words, cli) {
    const { url } = runningHere(cli.home);
    refuseStrangers(url);
    await using ground = await layGround(cli);
    const seeded = await seedPersonas(url, ground.env, cli.home);
    if (cli.json) cli.out(JSON.stringify({ personas: seeded, password: personaPassword }));
    else
      cli.out(
        `${count(seeded.filter(({ made }) => made).length, "persona")} made, ${seeded.filter(({ made }) => !made).length} were there: ${personaWords()}`,
      );
    return exits.done;
  },
});

/** The personas and how to be one of them. */
export const personaWords = (): string =>
  `${personas.map(({ name, title }) => (title ? `${name} (${title})` : name)).join(", ")} · password ${personaPassword} (DEV ONLY)`;

function refuseStrangers(url: string): void {
  if (!isPrivate(new URL(url).hostname)) {
    throw new Refusal(
      exits.failed,
      `${url} is open to strangers, and the personas' password is known to everybody`,
      "seed only what listens on 127.0.0.1",
    );
  }
}
