import { readFileSync } from "node:fs";
import { misspelt } from "./config/names.ts";
import { table } from "./config/report.ts";
import type { Config, Setting, Source, Spec } from "./config/setting.ts";

export { choice, duration, flag, int, list, secret, text, url } from "./config/kinds.ts";
export { exampleEnv, printConfig } from "./config/report.ts";
export type { Config, Setting, Source, Spec, Values } from "./config/setting.ts";

/** One thing that is wrong. `got` is masked where the setting is secret. */
export interface Complaint {
  readonly name: string;
  readonly got: string;
  readonly wanted: string;
  readonly setIn: string;
}

/** All that is wrong with the environment, at once; its message is a printable table. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly rows: readonly Complaint[];
  constructor(rows: readonly Complaint[]) {
    const columns = rows.map(({ name, got, wanted, setIn }) => [name, got, wanted, setIn]);
    super(
      `${rows.length === 1 ? "one setting is" : `${rows.length} settings are`} wrong\n\n${table(["name", "got", "wanted", "set in"], columns)}`,
    );
    this.rows = rows;
  }
}

type Env = Readonly<Record<string, string | undefined>>;
type Read = { value: unknown; source: Source } | { complaint: Complaint };

/**
 * Reads every setting of every service, each from NAME or from the file that NAME_FILE names, and reports all errors
 * together. An empty variable counts as not set.
 */
export function readConfig<const S extends Readonly<Record<string, Spec>>>(specs: S, env: Env): Config<S> {
  const settings = unique(specs);
  const read = new Map<string, Read>();
  for (const setting of settings.values()) read.set(setting.name, readOne(setting, env));
  const complaints = [...read.values()].flatMap((one) => ("complaint" in one ? [one.complaint] : []));
  if (complaints.length > 0) throw new ConfigError(complaints);

  const sources = new Map<string, Source>();
  for (const [name, one] of read) if ("source" in one) sources.set(name, one.source);
  const valueIn = ({ name }: Setting<unknown>) => {
    const one = read.get(name);
    return one && "value" in one ? one.value : undefined;
  };
  const values = Object.fromEntries(
    Object.entries(specs).map(([service, spec]) => [
      service,
      Object.fromEntries(Object.entries(spec).map(([key, one]) => [key, valueIn(one)])),
    ]),
  );
  return {
    values: values as Config<S>["values"],
    sources,
    warnings: misspelt(Object.keys(specs), [...settings.keys()], env),
  };
}

/** Services may share a variable, but must agree on what it is. */
function unique(specs: Readonly<Record<string, Spec>>): Map<string, Setting<unknown>> {
  const settings = new Map<string, Setting<unknown>>();
  for (const one of Object.values(specs).flatMap((spec) => Object.values(spec))) {
    const other = settings.get(one.name) ?? one;
    if (other.wanted !== one.wanted || String(other.fallback) !== String(one.fallback))
      throw new Error(`${one.name} is declared twice, differently`);
    settings.set(one.name, other);
  }
  return settings;
}

function readOne(setting: Setting<unknown>, env: Env): Read {
  const { name, fallback, wanted } = setting;
  const complain = (got: string, setIn: string): Read => ({ complaint: { name, got, wanted, setIn } });
  const given = env[name];
  const path = env[`${name}_FILE`];
  if (given && path) return complain(`both ${name} and ${name}_FILE`, "environment");
  if (path) {
    let content: string;
    try {
      content = readFileSync(path, "utf8").replace(/\r?\n$/, ""); // editors end a file with a line break
    } catch (error) {
      return complain(
        `no readable file (${error instanceof Error && "code" in error ? String(error.code) : "unknown error"})`,
        `file ${path}`,
      );
    }
    return parsed(setting, content, { from: "file", path }) ?? complain(shown(setting, content), `file ${path}`);
  }
  if (given) return parsed(setting, given, { from: "env" }) ?? complain(shown(setting, given), "environment");
  return fallback === undefined ? complain("nothing", "nowhere") : { value: fallback, source: { from: "default" } };
}

function parsed(setting: Setting<unknown>, given: string, source: Source): Read | undefined {
  const value = setting.parse(given.trim());
  return value === undefined ? undefined : { value, source };
}

/** Fit for one cell of a table: masked, without control characters, not endless. */
function shown(setting: Setting<unknown>, given: string): string {
  const text = setting.mask(given).replace(/\p{Cc}+/gu, " ");
  return text.trim() === "" ? "nothing" : text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
