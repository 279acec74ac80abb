import { type Cli, command, misused } from "./command.ts";
import { nearest } from "./nearest.ts";
import { rebuild } from "./timeline/rebuild.ts";
import { status } from "./timeline/status.ts";
import { verify } from "./timeline/verify.ts";

/** Where to ask and as whom. */
const access = ["as", "password-stdin", "url"];

type Values = Parameters<typeof rebuild>[0] & Parameters<typeof verify>[0];

const acts: Readonly<
  Record<string, { readonly takes: readonly string[]; run(values: Values, cli: Cli): Promise<number> }>
> = {
  status: { takes: access, run: status },
  verify: { takes: ["partition", "repair", ...access], run: verify },
  rebuild: { takes: ["partition", "owner", ...access], run: rebuild },
};

/** Proves that timelines are what their owners say, and builds them anew. */
export const timeline = command({
  usage: [
    "timeline status",
    "timeline verify [--partition N] [--repair]",
    "timeline rebuild [--partition N | --owner ID]",
  ],
  help: `status   how far timeline is behind, and what it still has to deliver; exit code 1 when somebody must look
verify   compares what timeline keeps with its owners; exit code 1 when something differs that was not repaired
rebuild  builds it anew beside what is read, proves it, and puts it in place; reads go on. See docs/projections.md

  --partition N       only what came from this partition, of 0 to 63
  --owner ID          only the home of this account
  --repair            build anew what differs
  --as NAME           the administrator who asks; the persona admin where it was seeded
  --password-stdin    the password of whoever is no persona; otherwise it is asked for
  --url URL           another server than the one of this SKEIN_HOME`,
  options: {
    partition: { type: "string" },
    owner: { type: "string" },
    repair: { type: "boolean" },
    as: { type: "string" },
    "password-stdin": { type: "boolean" },
    url: { type: "string" },
  },
  words: 1,
  async run(values, [name], cli) {
    const act = name !== undefined && Object.hasOwn(acts, name) ? acts[name] : undefined;
    if (!act) {
      const near = name && nearest(name, Object.keys(acts));
      const say = near ? `did you mean ${near}?` : `say one of: ${Object.keys(acts).join(", ")}`;
      throw misused(name ? `timeline cannot ${name}` : "timeline does what?", say);
    }
    const known = new Set([...act.takes, "json", "help"]);
    const stray = Object.keys(values).find((option) => !known.has(option));
    if (stray) throw misused(`timeline ${name} has no option --${stray}`, "see: ./skein help timeline");
    return act.run(values, cli);
  },
});
