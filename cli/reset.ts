import { command, exits, misused } from "./command.ts";
import { takeDown } from "./down.ts";
import { confirmed } from "./terminal/ask.ts";
import { wipe } from "./up/wipe.ts";

/** Stops everything and deletes what it stored. */
export const reset = command({
  usage: ["reset [--yes] [--dry-run]"],
  help: `Stops what runs under SKEIN_HOME and deletes its databases, keys, mail and logs. Databases on servers of your own
(DATABASE_URL) are not touched.

  --yes       do not ask
  --dry-run   only say what would go`,
  options: { yes: { type: "boolean" }, "dry-run": { type: "boolean" } },
  words: 0,
  async run({ yes, "dry-run": dry }, _words, { home, json, out, signal }) {
    if (!dry && !(await confirmed(`Delete everything stored in ${home}?`, { yes: yes === true, signal })))
      throw misused("nothing was deleted");
    if (!dry) await takeDown(home);
    const gone = await wipe(home, { dry: dry === true });
    out(
      json
        ? JSON.stringify({ deleted: gone, dryRun: dry === true })
        : gone.length === 0
          ? `nothing is stored in ${home}`
          : `${dry ? "would delete" : "deleted"}:\n${gone.map((path) => `  ${path}`).join("\n")}`,
    );
    return exits.done;
  },
});
