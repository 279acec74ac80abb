import { type Cli, command, misused } from "./command.ts";
import { asyncapi } from "./events/asyncapi.ts";
import { dead } from "./events/dead.ts";
import { ls } from "./events/ls.ts";
import { rebuild } from "./events/rebuild.ts";
import { redrive } from "./events/redrive.ts";
import { report } from "./events/report.ts";
import { tail } from "./events/tail.ts";
import { nearest } from "./nearest.ts";

/** Where to ask and as whom: for whatever asks the running mesh. */
const access = ["service", "as", "password-stdin", "url"];

/** Everything that can be said, typed; which act takes what is checked here. */
type Values = Parameters<typeof tail>[0] &
  Parameters<typeof redrive>[0] &
  Parameters<typeof rebuild>[0] &
  Parameters<typeof asyncapi>[0];

interface Act {
  readonly takes: readonly string[];
  readonly word?: true;
  run(values: Values, word: string | undefined, cli: Cli): Promise<number>;
}

const acts: Readonly<Record<string, Act>> = {
  ls: { takes: ["type"], run: (values, _word, cli) => ls(values, cli) },
  tail: {
    takes: ["since", "type", "subject", "once", ...access],
    run: (values, _word, cli) => tail(values, cli),
  },
  report: { takes: access, run: (values, _word, cli) => report(values, cli) },
  dead: { takes: ["consumer", "subject", "limit", ...access], word: true, run: dead },
  redrive: {
    takes: ["consumer", "subject", "all", "limit", ...access],
    run: (values, _word, cli) => redrive(values, cli),
  },
  rebuild: { takes: ["partition", ...access], word: true, run: rebuild },
  asyncapi: { takes: ["write", "check"], run: (values, _word, cli) => asyncapi(values, cli) },
};

/** Looks at what the services announce to each other, and mends what was not applied. */
export const events = command({
  usage: [
    "events ls [--type NAME]",
    "events tail [--since TIME] [--type NAME] [--subject ID] [--once]",
    "events report",
    "events dead [ID] [--consumer NAME] [--subject ID] [--limit N]",
    "events redrive (--consumer NAME | --subject ID | --all) [--limit N]",
    "events rebuild CONSUMER [--partition N]",
    "events asyncapi [--write | --check]",
  ],
  help: `ls        every kind of event: who announces it, its shard key and subject, who does something about it
tail      what is announced, decoded, one line each, until Ctrl-C
report    how far every consumer is behind, what was not carried yet, dead letters; exit code 1 when somebody must look
dead      events that could not be applied, and why; with an id one of them whole
redrive   applies them again, those of one subject in order; exit code 1 when some failed again
rebuild   reads a consumer's state anew from its sources, while what comes meanwhile waits
asyncapi  the AsyncAPI 3 document of all events, made from their contracts; --write puts it into docs/asyncapi.json,
          --check ends with 1 when that file is not what it should be

  --since TIME        10m, 2h, 1d, or a time like 2026-01-31T12:00:00Z; without it from now on
  --type NAME         only events of this kind, by full or short name; may be repeated
  --subject ID        only what is about this account or post
  --once              end after what is there
  --consumer NAME     only dead letters of this consumer
  --all               all dead letters
  --limit N           at most so many (100)
  --partition N       only this one, of 0 to 63
  --service NAME      only this service; without it all that keep a log
  --as NAME           the administrator who asks; the persona admin where it was seeded
  --password-stdin    the password of whoever is no persona; otherwise it is asked for
  --url URL           another server than the one of this SKEIN_HOME`,
  options: {
    since: { type: "string" },
    type: { type: "string", multiple: true },
    subject: { type: "string" },
    once: { type: "boolean" },
    consumer: { type: "string" },
    all: { type: "boolean" },
    limit: { type: "string" },
    partition: { type: "string" },
    service: { type: "string" },
    as: { type: "string" },
    "password-stdin": { type: "boolean" },
    url: { type: "string" },
    write: { type: "boolean" },
    check: { type: "boolean" },
  },
  words: 2,
  async run(values, [name, word], cli) {
    const act = name !== undefined && Object.hasOwn(acts, name) ? acts[name] : undefined;
    if (!act) {
      const near = name && nearest(name, Object.keys(acts));
      const say = near ? `did you mean ${near}?` : `say one of: ${Object.keys(acts).join(", ")}`;
      throw misused(name ? `events cannot ${name}` : "events does what?", say);
    }
    if (word !== undefined && !act.word) throw misused(`"${word}" is one word too many`, "see: ./skein help events");
    const known = new Set([...act.takes, "json", "help"]);
    const stray = Object.keys(values).find((option) => !known.has(option));
    if (stray) throw misused(`events ${name} has no option --${stray}`, "see: ./skein help events");
    return act.run(values, word, cli);
  },
});
