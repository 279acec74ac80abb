import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { choiceOf, measures } from "./bench/choice.ts";
import { command, exits, misused } from "./command.ts";

/** Measures the mesh beside what the machine itself can do. */
export const bench = command({
  usage: [
    `bench [${measures.join("|")}]... [--quick] [--report DIR]`,
    "bench mix [--graph FILE | --synthetic N]",
    "bench [...] [--shape one|pair|split] [--rounds N] [--seconds N]",
  ],
  help: `Starts a mesh on servers of its own, fills it, and calls it from a process of its own. Every figure stands beside a limit of this
machine that was measured in the same run: compare ratios, never figures of two runs. Without a name everything is measured.

wire       one hop between services, and the cheapest method : an empty method of a stock server
home       pages of 50 posts : the same                        post       creating posts : bare commits of one row
fanout     deliveries to followers : raw ZADD and trim         freshness  from a post to its followers' homes
follow     following : posting                                 login      signing in : bare password hashes
mix        60 % homes, 30 % accounts, 10 % posts, on a graph   memory     bytes of Redis for each home
rebuild    homes built anew                                    followees  pages of those who follow 50 and 5,000
celebrity  posts of an account with 1,000,000 followers

  --quick        less of everything: all of it in about three minutes
  --report DIR   writes an HTML page with plots, and the raw figures, into this folder
  --shape SHAPE  one process for all services (one), two that share the work (pair), or one for each (split)
  --rounds N     comparisons with the limit, one right after the other (5, quick 3); the median counts
  --seconds N    how long each side of a comparison lasts (5, quick 1)
  --graph FILE   for mix: an edge list, each line two numbers who follow each other (lab/data/socfb-Reed98.edges)
  --synthetic N  for mix: so many people, a few of whom are followed by very many

With --json each figure is a line of its own. The exit code is 1 when calls failed, not when a goal was missed.`,
  options: {
    quick: { type: "boolean" },
    report: { type: "string" },
    shape: { type: "string" },
    rounds: { type: "string" },
    seconds: { type: "string" },
    graph: { type: "string" },
    synthetic: { type: "string" },
  },
  words: measures.length,
  async run(values, words, { json, signal, checkout }) {
    const choice = choiceOf(words, { ...values, json });
    if (choice.graph && !existsSync(choice.graph)) throw misused(`there is no file ${choice.graph}`);
    const paths = {
      ...(choice.graph && { graph: resolve(choice.graph) }),
      ...(choice.report && { report: resolve(choice.report) }),
    };
    // What measures may use everything and nothing may use it: it is started, not imported.
    const file = join(checkout, "lab/bench/main.ts");
    const child = spawn(process.execPath, [file, JSON.stringify({ ...choice, ...paths })], {
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    signal.addEventListener("abort", () => child.kill("SIGTERM"), { once: true });
    const [code] = await once(child, "exit");
    return typeof code === "number" ? code : exits.failed;
  },
});
