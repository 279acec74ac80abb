import { command, exits, misused, Refusal } from "./command.ts";
import { type Demo, makeDemo, refuseHere } from "./demo/demo.ts";
import type { Size } from "./demo/plan.ts";
import { runningHere } from "./fleet/here.ts";
import { layGround } from "./install/ground.ts";
import { knownPersonas, personaPassword, personas } from "./install/personas.ts";
import { type Seeded, seedPersonas } from "./install/seeding.ts";
import { count } from "./terminal/words.ts";
import { isPrivate } from "./up/private.ts";

/** Makes the personas, and a network around them. */
export const seed = command({
  usage: ["seed", "seed --demo [--accounts N] [--posts N] [--seed N] [--yes]"],
  help: `Makes ${personas.map(({ name, title }) => (title ? `${name} (${title})` : name)).join(", ")}, with a password that everybody knows.
DEV ONLY: it refuses to do that where strangers can connect. Repeating it changes nothing.

  --demo        a network around them as well: people who follow each other, and what they wrote, answered and liked in
                the last 30 days. Nobody can sign in as one of them: they have no password. Interrupted, it is finished
                by the next run; finished, it is left as it is
  --accounts N  how many people (1,000)
  --posts N     how many posts, replies among them (20,000)
  --seed N      which network (1): the same seed and size make the same one
  --yes         also where there are accounts that are neither personas nor part of a demo

With --json it says how many rows are new; took_ms is until they were written, applied_ms until every service knew of them.`,
  options: {
    demo: { type: "boolean" },
    accounts: { type: "string" },
    posts: { type: "string" },
    seed: { type: "string" },
    yes: { type: "boolean" },
  },
  words: 0,
  async run({ demo, accounts, posts, seed, yes }, _words, cli) {
    const given = Object.entries({ accounts, posts, seed }).filter(([, value]) => value !== undefined);
    if (!demo && given[0]) throw misused(`--${given[0][0]} is about a demo network`, "say --demo as well");
    const size = {
      accounts: numberOf("accounts", accounts ?? "1000", 10, 50_000),
      posts: numberOf("posts", posts ?? "20000", 0, 1_000_000),
      seed: numberOf("seed", seed ?? "1", 0, 999_999),
    };
    const { url } = runningHere(cli.home);
    refuseStrangers(url);
    await using ground = await layGround(cli);
    if (demo) await refuseHere(Object.values(knownPersonas(cli.home) ?? {}), ground, yes === true);
    const seeded = await seedPersonas(url, ground.env, cli.home);
    if (!demo) {
      cli.out(cli.json ? JSON.stringify({ personas: seeded, password: personaPassword }) : personasMade(seeded));
      return exits.done;
    }
    const cast = seeded.map(({ name, handle, accountId: id }) => ({ name, handle, id }));
    const made = await makeDemo(size, cast, ground, cli);
    cli.out(cli.json ? JSON.stringify(made) : demoMade(made, size));
    return exits.done;
  },
});

function personasMade(seeded: readonly Seeded[]): string {
  const made = seeded.filter((one) => one.made).length;
  return `${count(made, "persona")} made, ${seeded.length - made} were there: ${personaWords()}`;
}

function demoMade({ accounts, follows, posts, replies, likes, took_ms, applied_ms }: Demo, { seed }: Size): string {
  if (accounts + follows + posts + likes === 0)
    return `nothing to do: the demo network of seed ${seed} is here as it is meant to be`;
  const [written, applied] = [took_ms, applied_ms].map((ms) => `${(ms / 1000).toFixed(1)} s`);
  const number = (value: number) => value.toLocaleString("en");
  return `${number(accounts)} accounts, ${number(follows)} follows, ${number(posts)} posts (${number(replies)} of them replies), ${number(likes)} likes
written in ${written}, known to every service after ${applied}
Nobody can sign in as one of these people; look around as a persona:
  ./skein call SearchService/SearchPosts query=coffee --as alice
  ./skein call HashtagService/ListTrendingHashtags --as bob`;
}

/** The personas and how to be one of them. */
export const personaWords = (): string =>
  `${personas.map(({ name, title }) => (title ? `${name} (${title})` : name)).join(", ")} · password ${personaPassword} (DEV ONLY)`;

function numberOf(name: string, text: string, least: number, most: number): number {
  const value = Number(text.replaceAll(/[_,](?=\d{3})/g, ""));
  if (!Number.isInteger(value) || value < least || value > most)
    throw misused(
      `"${text}" is no number of ${name}`,
      `say a whole number from ${least.toLocaleString("en")} to ${most.toLocaleString("en")}`,
    );
  return value;
}

function refuseStrangers(url: string): void {
  if (!isPrivate(new URL(url).hostname)) {
    throw new Refusal(
      exits.failed,
      `${url} is open to strangers, and the personas' password is known to everybody`,
      "seed only what listens on 127.0.0.1",
    );
  }
}
