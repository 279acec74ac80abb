import { arch, platform, release } from "node:os";
import { command, exits } from "./command.ts";
import { writeBundle } from "./doctor/bundle.ts";
import type { Finding } from "./doctor/finding.ts";
import { configuration, errors, migrations, ports, readiness, servers } from "./doctor/installation.ts";
import { disk, keys, memory, node, packages } from "./doctor/machine.ts";
import { runningNow } from "./fleet/run-file.ts";
import { keyFolder, meshOf, names, readSettings } from "./install/settings.ts";
import { settled } from "./up/settled.ts";
import { versionOf } from "./version.ts";

const marks = { ok: ["green", "✔"], warning: ["yellow", "⚠"], wrong: ["red", "✖"] } as const;

/** Looks at everything that is known to go wrong. */
export const doctor = command({
  usage: ["doctor [--bundle]"],
  help: `Looks at this machine, the settings, the servers, the databases and the logs, and says how to mend what is wrong.
Nothing is changed or started. Exit code 1 when something is wrong; warnings are none.

  --bundle   also write a report without secrets and names, to attach to an issue`,
  options: { bundle: { type: "boolean" } },
  words: 0,
  async run({ bundle }, _words, { checkout, env: given, home, json, out, talk }) {
    const env = settled({ port: undefined }, { ...given, SKEIN_HOME: home });
    const findings = await examine(checkout, env, home);
    const facts = {
      skein: versionOf(checkout),
      node: process.versions.node,
      system: `${platform()} ${release()} ${arch()}`,
      at: new Date().toISOString(),
    };
    const report = bundle ? writeBundle(home, env, facts, findings) : undefined;
    if (json) out(JSON.stringify({ ...facts, findings, report }));
    else
      for (const { name, state, words, fix } of findings)
        out(
          ` ${talk.paint(marks[state][0], marks[state][1])} ${name.padEnd(14)} ${words}${fix ? `\n   ${"".padEnd(14)} → ${fix}` : ""}`,
        );
    if (report) talk.say(`wrote ${report}: read it before you show it to others`);
    return findings.some(({ state }) => state === "wrong") ? exits.failed : exits.done;
  },
});

async function examine(checkout: string, env: ReturnType<typeof settled>, home: string): Promise<Finding[]> {
  const run = runningNow(home);
  const settings = configuration(env);
  const machine = [node(), packages(checkout), disk(home), memory(), settings];
  if (settings.state === "wrong") return machine;
  const folder = keyFolder(meshOf(readSettings(env)));
  return [
    ...machine,
    keys(folder, names),
    await ports(env, run),
    await servers(env, home),
    await migrations(env, home),
    await readiness(run),
    errors(home),
  ];
}
