import { readFileSync } from "node:fs";
import { join } from "node:path";
import { command, exits } from "./command.ts";

/** The version in package.json. */
export function versionOf(checkout: string): string {
  return (JSON.parse(readFileSync(join(checkout, "package.json"), "utf8")) as { version: string }).version;
}

/** Prints what this is and what it runs on. */
export const version = command({
  usage: ["version"],
  help: "Prints the version of Skein and of the Node it runs on.",
  options: {},
  words: 0,
  async run(_values, _words, { checkout, json, out }) {
    const facts = {
      skein: versionOf(checkout),
      node: process.versions.node,
      platform: `${process.platform}-${process.arch}`,
    };
    out(json ? JSON.stringify(facts) : `skein ${facts.skein} · node ${facts.node} · ${facts.platform}`);
    return exits.done;
  },
});
