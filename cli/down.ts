import { command, exits } from "./command.ts";
import { endProcess, forgetRun, readRun } from "./fleet/run-file.ts";
import { serversRunning, stopServers } from "./servers/index.ts";
import { alive, type Known } from "./servers/process.ts";

/** Something that was running, and whether it has ended. */
export interface Ended {
  readonly name: string;
  readonly pid: number;
  readonly port?: number;
  readonly stopped: boolean;
}

/** Longer than a graceful stop takes. */
const PATIENCE_MS = 12_000;

/** Ends the supervisor, what it left behind if it had been killed, and the servers. Repeating it changes nothing. */
export async function takeDown(home: string): Promise<Ended[]> {
  const run = readRun(home);
  const ended: Ended[] = [];
  const end = async (name: string, known: Known, patienceMs: number, port?: number) => {
    if (!alive(known)) return;
    ended.push({
      name,
      pid: known.pid,
      ...(port !== undefined && { port }),
      stopped: await endProcess(known, patienceMs),
    });
  };
  const processes = (run?.processes ?? []).filter(alive);
  const servers = serversRunning(home);
  if (run) await end("skein", run.supervisor, PATIENCE_MS);
  for (const { name, port, ...known } of processes) {
    if (alive(known)) await end(name, known, 2_000, port);
    else ended.push({ name, pid: known.pid, ...(port !== undefined && { port }), stopped: true }); // its supervisor took it along
  }
  const left = await stopServers(home);
  const taken = servers.filter(({ pid }) => left.every((one) => one.pid !== pid)); // by the supervisor, when it ended
  ended.push(...taken.map(({ name, pid, port }) => ({ name, pid, port, stopped: true })), ...left);
  if (run && !alive(run.supervisor)) forgetRun(home, run);
  return ended;
}

/** Stops everything. */
export const down = command({
  usage: ["down"],
  help: "Stops what runs under SKEIN_HOME, also after its supervisor was killed, and frees the ports. The data stays.\nNothing to stop is no error.",
  options: {},
  words: 0,
  async run(_values, _words, { home, json, out, talk }) {
    const ended = await takeDown(home);
    if (json) out(JSON.stringify({ stopped: ended }));
    else if (ended.length === 0) out("nothing was running");
    else
      for (const { name, pid, port, stopped } of ended)
        out(`${stopped ? "stopped" : "could not stop"} ${name} (pid ${pid}${port ? `, port ${port}` : ""})`);
    const stubborn = ended.filter(({ stopped }) => !stopped);
    if (stubborn.length > 0)
      talk.say(
        `${talk.paint("red", "✖")} they belong to another user · stop them as that user: ${stubborn.map(({ pid }) => pid).join(" ")}`,
      );
    return stubborn.length > 0 ? exits.failed : exits.done;
  },
});
