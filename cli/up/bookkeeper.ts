import type { Watcher } from "../fleet/keeper.ts";
import type { RunProcess } from "../fleet/run-file.ts";
import type { LogFiles } from "../log/files.ts";
import { brief, isTrouble, readEntry } from "../log/line.ts";
import { identityOf } from "../servers/process.ts";
import type { Talk } from "../terminal/talk.ts";

/**
 * Keeps the logs and the list of processes, and tells the terminal what is worth it: troubles, deaths, and calls in short.
 * Not before all serve: until then each warns that it does not find the others, and a start that fails shows the last lines.
 */
export function bookkeeper(
  talk: Talk,
  logs: LogFiles,
  record: (processes: RunProcess[]) => void,
  started: () => boolean,
): Watcher {
  const processes = new Map<string, RunProcess>();
  return {
    onLine(name, line) {
      logs.add(name, line);
      if (!started()) return;
      const entry = readEntry(line);
      if (isTrouble(entry)) talk.say(` ${talk.paint("yellow", brief(line, entry))}`);
      else if (talk.live && entry?.method) talk.say(` ${talk.paint("dim", brief(line, entry))}`);
    },
    onReady(name, { services, port, adminPort }, pid) {
      const again = processes.has(name);
      const addresses = { ...(port !== undefined && { port }), ...(adminPort !== undefined && { adminPort }) };
      processes.set(name, { name, pid, identity: identityOf(pid) ?? "?", services, ...addresses });
      record([...processes.values()]);
      if (again) talk.say(` ${talk.paint("green", "✔")} ${name} serves again (pid ${pid})`);
    },
    onDeath(name, how, tail, restartInMs) {
      const lines = tail.map((line) => `   ${talk.paint("dim", `| ${brief(line)}`)}`);
      const next = `starting it again in ${(restartInMs / 1000).toFixed(2)} s · ./skein logs ${name}`;
      talk.say([` ${talk.paint("red", "✖")} ${name} died (${how})`, ...lines, `   ${next}`].join("\n"));
    },
  };
}
