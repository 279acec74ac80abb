import type { Config, Setting, Spec } from "./setting.ts";

type Specs = Readonly<Record<string, Spec>>;

/** Aligned columns of plain text. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd();
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n");
}

/** The text of .env.example: every setting with what it means, grouped by service, defaults commented out. */
export function exampleEnv(specs: Specs): string {
  const groups = grouped(specs).map(([title, settings]) => `# ---- ${title} ----\n\n${settings.map(entry).join("\n")}`);
  return `# Made from the services' own declarations: do not edit.\n# Any variable may instead be given as NAME_FILE=path of a file that holds the value.\n\n${groups.join("\n")}`;
}

/** Each setting once: what several services read comes first, under its own title. */
function grouped(specs: Specs): [title: string, settings: Setting<unknown>[]][] {
  const readers = new Map<string, { setting: Setting<unknown>; services: Set<string> }>();
  for (const [service, spec] of Object.entries(specs)) {
    for (const setting of Object.values(spec)) {
      const known = readers.get(setting.name) ?? { setting, services: new Set() };
      readers.set(setting.name, known);
      known.services.add(service);
    }
  }
  const under = (title: string, test: (services: Set<string>) => boolean): [string, Setting<unknown>[]] => [
    title,
    [...readers.values()].filter(({ services }) => test(services)).map(({ setting }) => setting),
  ];
  const own = Object.keys(specs).map((service) =>
    under(service, (services) => services.size === 1 && services.has(service)),
  );
  return [under("several services", (services) => services.size > 1), ...own].filter(
    ([, settings]) => settings.length > 0,
  );
}

function entry({ name, about, fallback, wanted, write }: Setting<unknown>): string {
  const comment = `# ${about.replace(/[.\s]*$/, "")} (${wanted}${fallback === null ? "; may be absent" : ""}).`;
  if (fallback === undefined) return `${comment} Required.\n${name}=\n`;
  return `${comment}\n# ${name}=${fallback === null ? "" : quoted(write(fallback))}\n`;
}

const quoted = (text: string): string => (/[\s#"'$\\]/.test(text) ? `'${text}'` : text);

/** The configuration as it stands, with where each value came from. Secrets are readable unless `redacted`. */
export function printConfig<S extends Specs>(
  specs: S,
  config: Config<S>,
  { redacted, json }: { redacted: boolean; json: boolean },
): string {
  const rows = Object.entries(specs).flatMap(([service, spec]) =>
    Object.entries(spec).map(([key, setting]) => {
      const value: unknown = config.values[service]?.[key];
      const text = value === null || value === undefined ? null : setting.write(value);
      const source = config.sources.get(setting.name) ?? { from: "default" as const };
      const hide = redacted && setting.hidden && text !== null;
      return {
        service,
        name: setting.name,
        value: hide ? setting.mask(text) : value,
        text: hide ? setting.mask(text) : (text ?? ""),
        source,
      };
    }),
  );
  if (json)
    return JSON.stringify(
      rows.map(({ text: _, source, ...row }) => ({
        ...row,
        source: source.from,
        ...("path" in source && { path: source.path }),
      })),
      null,
      2,
    );
  const from = (source: { from: string; path?: string }) => (source.path ? `file ${source.path}` : source.from);
  return table(
    ["service", "name", "value", "from"],
    rows.map(({ service, name, text, source }) => [service, name, text, from(source)]),
  );
}
