import { command, exits, misused } from "./command.ts";
import { brief } from "./log/line.ts";
import { follow, lastLines, logNames } from "./log/read.ts";
import { nearest } from "./nearest.ts";

/** Reads the logs of services and servers. */
export const logs = command({
  usage: ["logs [service] [--lines N] [--grep TEXT] [--trace ID] [--follow]"],
  help: `Shows the last lines, of one service or server or of all services by time.

  --lines N      how many (50)
  --grep TEXT    only lines that hold the text
  --trace ID     only lines of a trace or a request
  --follow, -f   go on with what is written from now on, until Ctrl-C
  --json         the lines as they are in the file`,
  options: {
    lines: { type: "string" },
    grep: { type: "string" },
    trace: { type: "string" },
    follow: { type: "boolean", short: "f" },
  },
  words: 1,
  async run({ lines, grep, trace, follow: goOn }, [name], { home, json, out, signal, talk }) {
    const known = logNames(home);
    if (name !== undefined && !known.includes(name)) {
      const near = nearest(name, known);
      throw misused(
        `there is no log of "${name}"`,
        near
          ? `did you mean ${near}?`
          : known.length > 0
            ? `there are: ${known.join(", ")}`
            : "nothing has run yet: ./skein up",
      );
    }
    const most = Number(lines ?? 50);
    if (!Number.isInteger(most) || most < 0) throw misused(`--lines ${lines} is no number`);
    const wanted = {
      names: name === undefined ? undefined : [name],
      matches: (line: string) => (!grep || line.includes(grep)) && (!trace || line.includes(`"${trace}"`)),
    };
    const show = (line: string) => out(json ? line : brief(line));
    const { shown, from } = lastLines(home, wanted, most);
    for (const line of shown) show(line);
    if (shown.length === 0 && !goOn) talk.say("no such lines");
    if (goOn) await follow(home, wanted, from, show, signal);
    return exits.done;
  },
});
