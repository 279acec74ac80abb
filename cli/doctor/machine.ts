import { existsSync, readFileSync, statfsSync, statSync } from "node:fs";
import { freemem, totalmem } from "node:os";
import { join } from "node:path";
import { type Finding, ok, warning, wrong } from "./finding.ts";

const MB = 1024 * 1024;

/** The Node that runs us. */
export function node(): Finding {
  const { node: version } = process.versions;
  if (Number.parseInt(version, 10) >= 24) return ok("node", version);
  return wrong(
    "node",
    `${version}, 24 or newer is needed`,
    "start through ./skein or npm start, which bring their own",
  );
}

/** Packages that only work together must be of one version, and the lock's. */
export function packages(checkout: string): Finding {
  const manifest = JSON.parse(readFileSync(join(checkout, "package.json"), "utf8")) as {
    dependencies: Record<string, string>;
  };
  const differing = Object.entries(manifest.dependencies).flatMap(([name, wanted]) => {
    const path = join(checkout, "node_modules", name, "package.json");
    const found = existsSync(path)
      ? (JSON.parse(readFileSync(path, "utf8")) as { version: string }).version
      : "nothing";
    return found === wanted ? [] : [`${name} ${found} where ${wanted} is wanted`];
  });
  if (differing.length === 0)
    return ok("packages", `${Object.keys(manifest.dependencies).length} as package.json names them`);
  return wrong("packages", differing.join(", "), "run: npm ci");
}

/** Room for data. */
export function disk(home: string): Finding {
  const path = existsSync(home) ? home : join(home, "..");
  if (!existsSync(path)) return warning("disk", `${path} is not there`, "it is made by: ./skein up");
  const { bavail, bsize } = statfsSync(path);
  const free = Math.floor((bavail * bsize) / MB);
  if (free < 300)
    return wrong(
      "disk",
      `${free} MB free at ${path}, 300 MB needed`,
      "free some space, or set SKEIN_HOME to another disk",
    );
  return free < 2048
    ? warning("disk", `${free} MB free at ${path}`, "free some space soon")
    : ok("disk", `${Math.floor(free / 1024)} GB free at ${path}`);
}

/** Room to work in. */
export function memory(): Finding {
  const free = Math.floor(freemem() / MB);
  const words = `${free} MB free of ${Math.floor(totalmem() / MB)} MB`;
  return free < 400
    ? warning("memory", words, "close something: servers and services together take about 400 MB")
    : ok("memory", words);
}

/** Keys must be for their owner's eyes only. */
export function keys(folder: string, services: readonly string[]): Finding {
  if (!existsSync(folder)) return ok("keys", "not made yet: the first start does it");
  const missing = services.filter((name) => !existsSync(join(folder, `${name}.json`)));
  if (missing.length > 0) return wrong("keys", `${missing.join(", ")} has none in ${folder}`, "run: ./skein migrate");
  const open = services
    .map((name) => join(folder, `${name}.json`))
    .filter((path) => (statSync(path).mode & 0o077) !== 0);
  return open.length > 0
    ? wrong("keys", `others may read ${open.join(", ")}`, `run: chmod 600 ${open.join(" ")}`)
    : ok("keys", `${services.length} services`);
}
