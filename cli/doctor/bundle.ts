import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { printConfig } from "#mesh/config.ts";
import type { Env } from "../command.ts";
import { readRun } from "../fleet/run-file.ts";
import { readSettings, specs } from "../install/settings.ts";
import { lastLines } from "../log/read.ts";
import type { Finding } from "./finding.ts";

/** Writes a report that may be shown to others: findings, settings without secrets, the last lines of the logs without people. */
export function writeBundle(home: string, env: Env, facts: object, findings: readonly Finding[]): string {
  const folder = join(home, "reports");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `skein-report-${new Date().toISOString().replaceAll(":", "")}.txt`);
  const sections: [string, string][] = [
    ["facts", JSON.stringify(facts, null, 2)],
    [
      "findings",
      findings
        .map(({ name, state, words, fix }) => `${state.padEnd(8)} ${name}: ${words}${fix ? ` · ${fix}` : ""}`)
        .join("\n"),
    ],
    ["configuration", settingsOf(env)],
    ["running", JSON.stringify(readRun(home) ?? "nothing", null, 2)],
    ["logs", lastLines(home, { names: undefined, matches: () => true }, 300).shown.join("\n")],
  ];
  writeFileSync(path, withoutSecrets(sections.map(([title, text]) => `==== ${title} ====\n${text}\n`).join("\n")), {
    mode: 0o600,
  });
  return path;
}

function settingsOf(env: Env): string {
  try {
    return printConfig(specs, readSettings(env), { redacted: true, json: false });
  } catch (error) {
    return (error as Error).message;
  }
}

const MASKS: readonly [RegExp, string][] = [
  [/([a-z][a-z0-9+.-]*:\/\/)[^\s/@"]*@/gi, "$1***@"], // passwords in addresses
  [/[\w.+-]+@[\w-]+(\.[\w-]+)+/g, "***@***"], // people
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]+/g, "***"], // signed tokens
  [/\b(?!127\.|0\.)\d{1,3}(\.\d{1,3}){3}\b/g, "*.*.*.*"],
  [/("(?:[a-z_]*(?:password|secret|token|authorization|cookie)[a-z_]*)"\s*:\s*)"[^"]*"/gi, '$1"***"'],
];

/** Hides what a report for strangers must not hold, wherever it stands. */
export const withoutSecrets = (text: string): string =>
  MASKS.reduce((masked, [pattern, by]) => masked.replace(pattern, by), text);
