import { table } from "#mesh/config/report.ts";
import { command, exits } from "./command.ts";
import { layGround } from "./install/ground.ts";
import { pending, provision } from "./install/provision.ts";

/** Brings databases up to date. */
export const migrate = command({
  usage: ["migrate [--dry-run] [--adopt]"],
  help: `Makes keys, roles and databases that are missing and runs the migrations that they lack, on the server that
DATABASE_URL names (as an administrator) or on our own. Repeating it changes nothing; several at once wait for each other.

  --dry-run   only say what would run
  --adopt     take over database roles whose passwords are not ours: after the keys of the services were changed`,
  options: { "dry-run": { type: "boolean" }, adopt: { type: "boolean" } },
  words: 0,
  async run({ "dry-run": dry, adopt }, _words, cli) {
    await using ground = await layGround(cli);
    const done = dry ? await pending(ground.env) : await provision(ground.env, adopt);
    if (cli.json)
      cli.out(
        JSON.stringify({
          dryRun: dry === true,
          services: done.map(({ service, ran }) => ({ service, migrations: ran })),
        }),
      );
    else
      cli.out(
        table(
          ["service", dry ? "would run" : "ran"],
          done.map(({ service, ran }) => [service, ran.length === 0 ? "nothing" : ran.join(", ")]),
        ),
      );
    return exits.done;
  },
});
