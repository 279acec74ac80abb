import { command, misused } from "./command.ts";
import { report } from "./report.ts";
import { confirmed } from "./terminal/ask.ts";
import { behind } from "./up/behind.ts";
import { detach } from "./up/detach.ts";
import { stay } from "./up/stay.ts";

/** Starts everything. */
export const up = command({
  usage: ["up [--split] [--port N] [--detach] [--fresh [--yes]]"],
  help: `Finds or starts PostgreSQL, Redis and NATS, makes what is missing in them, runs all services and the gateway, and
makes the personas when the database is new. It stays in front of them: Ctrl-C drains and stops everything, data stays.

  --split     one process per service over HTTP/2; otherwise all of them share one
  --port N    the gateway's port (7700); the admin page is on the one after it
  --detach    give the prompt back as soon as everything is ready; ./skein down stops it
  --fresh     delete what was stored before and start over
  --yes       do not ask before deleting`,
  options: {
    split: { type: "boolean" },
    fresh: { type: "boolean" },
    port: { type: "string" },
    detach: { type: "boolean" },
    yes: { type: "boolean" },
    behind: { type: "boolean" }, // how --detach starts the one that stays
  },
  words: 0,
  async run({ split, fresh, port, detach: away, yes, behind: isBehind }, _words, cli) {
    const portNumber = port === undefined ? undefined : portOf(port);
    if (
      fresh &&
      !(await confirmed(`Delete everything stored in ${cli.home}?`, { yes: yes === true, signal: cli.signal }))
    ) {
      throw misused("nothing was deleted and nothing was started");
    }
    const wish = { split: split === true, fresh: fresh === true, port: portNumber };
    if (away) return detach(wish, cli);
    if (!isBehind) return stay(wish, cli);
    const hidden = behind(cli);
    return stay(wish, hidden).catch((error) => report(error, hidden));
  },
});

function portOf(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_534)
    throw misused(`"${text}" is no port`, "say a number from 1 to 65534");
  return port;
}
