import { mkdir, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import type { Choice, MeasureName } from "../../cli/bench/choice.ts";
import { terminalTalk } from "../../cli/terminal/talk.ts";
import { type Bench, startBench } from "./bench.ts";
import type { Measured } from "./figure.ts";
import { measuring } from "./measures/index.ts";
import { page } from "./report/page.ts";
import { tableOf } from "./report/table.ts";

// What `./skein bench` starts, with what was chosen as JSON. Progress and failures go to standard error.

const choice = JSON.parse(process.argv[2] ?? "null") as Choice | null;
if (!choice) {
  process.stderr.write("this is started by: ./skein bench\n");
  process.exit(2);
}
const stop = new AbortController();
for (const name of ["SIGINT", "SIGTERM", "disconnect"] as const)
  process.once(name, () => stop.abort(new Error("stopped")));
const talk = terminalTalk(process.env);
const began = new Date();
const all: Measured[] = [];
const failed: string[] = [];

process.exitCode = await measureAll(choice).catch((error: unknown) => {
  talk.say(talk.paint("red", `✖ ${error instanceof Error ? (error.stack ?? error.message) : error}`));
  return 1;
});
process.exit();

async function measureAll({ measures, json, report }: Choice & object): Promise<number> {
  await using scope = new AsyncDisposableStack();
  await talk.step(
    "bench",
    async (note) => {
      const say = talker(note);
      const bench = await startBench(choice as Choice, { say, signal: stop.signal, scope });
      for (const name of measures) await measure(bench, name);
    },
    () => `${all.length} figures`,
  );
  if (!json) for (const line of tableOf(all)) process.stdout.write(`${line}\n`);
  if (report) await writeReport(report);
  return failed.length > 0 || all.some(({ figure }) => figure.errors > 0) ? 1 : 0;
}

/** One line that changes, in front of a person; where nobody watches, a line whenever something else begins. */
function talker(note: (text: string) => void): Bench["say"] {
  let stage = "";
  return (text) => {
    if (text.endsWith("\n")) return talk.say(text.trimEnd());
    if (talk.live) return note(text);
    const [begun = ""] = text.split(":");
    if (begun !== stage) talk.say(` … ${begun}`);
    stage = begun;
  };
}

/** A measure that breaks ends itself and not the others. */
async function measure(bench: Bench, name: MeasureName): Promise<void> {
  try {
    for await (const measured of measuring[name](bench)) {
      stop.signal.throwIfAborted();
      all.push(measured);
      if (choice?.json) process.stdout.write(`${JSON.stringify(measured.figure)}\n`);
    }
  } catch (error) {
    if (stop.signal.aborted) throw error;
    failed.push(name);
    bench.say(`${talk.paint("red", `✖ ${name}`)}: ${error instanceof Error ? error.stack : error}\n`);
  }
}

async function writeReport(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const about = {
    ...{ began: began.toISOString(), choice, failed, cores: availableParallelism(), node: process.versions.node },
  };
  const raw = { ...about, figures: all };
  await writeFile(join(folder, "bench.json"), `${JSON.stringify(raw, null, 1)}\n`);
  await writeFile(join(folder, "index.html"), page(raw));
  talk.say(`report: ${join(folder, "index.html")}`);
}
