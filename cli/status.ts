import { command, exits } from "./command.ts";
import { type Health, healthOf } from "./fleet/health.ts";
import { runningNow } from "./fleet/run-file.ts";
import { serversRunning } from "./servers/index.ts";
import { lasting } from "./terminal/words.ts";

/** What runs and whether it is ready. */
export const status = command({
  usage: ["status"],
  help: "Lists processes with their services, ports and readiness, and the servers. Exit code 4 when nothing runs, 1 when something is not ready.",
  options: {},
  words: 0,
  async run(_values, _words, { home, json, out, talk }) {
    const run = runningNow(home);
    const servers = serversRunning(home);
    const processes = await Promise.all(
      (run?.processes ?? []).map(async (one) => ({ ...one, health: await healthOf(one.adminPort) })),
    );
    const ready = run?.state === "ready" && processes.every(({ health }) => health.ready);
    const code = run ? (ready ? exits.done : exits.failed) : exits.notRunning;
    if (json) {
      const { supervisor, state, shape, since, version, url } = run ?? {};
      out(
        JSON.stringify({
          running: run !== undefined,
          ready,
          state,
          shape,
          since,
          version,
          url,
          supervisor: supervisor?.pid,
          processes,
          servers,
          home,
        }),
      );
      return code;
    }
    if (!run) talk.say(`${talk.paint("red", "✖")} not running · start it: ./skein up`);
    else
      out(
        `skein ${run.version} · ${run.shape} · ${run.state} · up ${lasting(Date.now() - Date.parse(run.since))}, since ${run.since} · pid ${run.supervisor.pid}${run.url ? ` · ${run.url}` : ""}`,
      );
    for (const { name, services, pid, port, adminPort, health } of processes) {
      const where = [port && `port ${port}`, adminPort && `admin ${adminPort}`].filter(Boolean).join(", ");
      out(
        ` ${mark(health)} ${name.padEnd(12)} pid ${String(pid).padEnd(8)} ${where.padEnd(26)} ${health.words}${services.length > 1 ? ` · ${services.join(" ")}` : ""}`,
      );
    }
    for (const { name, pid, port, version } of servers)
      out(` ✔ ${name.padEnd(12)} pid ${String(pid).padEnd(8)} ${`port ${port}`.padEnd(26)} ${version}`);
    return code;
  },
});

const mark = ({ ready, words }: Health): string => (ready ? (words === "ready" ? "✔" : "⚠") : "✖");
