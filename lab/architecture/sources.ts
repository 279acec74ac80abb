import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

const root = join(import.meta.dirname, "../..");

/** A hand-written TypeScript file and what it imports from this repository, as paths from the root. */
export interface Source {
  readonly path: string;
  readonly text: string;
  readonly imports: readonly string[];
}

const IMPORT = /(?:^|\n)\s*(?:import|export)\s[^;]*?from\s+"([^"]+)"|import\("([^"]+)"\)|(?:^|\n)import\s+"([^"]+)"/g;

/** Reads every hand-written TypeScript file of the repository. */
export function sources(): Source[] {
  const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "*.ts"], {
    cwd: root,
    encoding: "utf8",
  });
  const paths = listed
    .split("\n")
    .filter((path) => path !== "" && !path.startsWith("gen/") && existsSync(join(root, path)));
  return paths.map((path) => {
    const text = readFileSync(join(root, path), "utf8");
    const imports = [...text.matchAll(IMPORT)].flatMap(([, a, b, c]) => resolveImport(path, a ?? b ?? c ?? ""));
    return { path, text, imports };
  });
}

function resolveImport(from: string, target: string): string[] {
  if (target.startsWith("#gen/") || target.startsWith("#mesh/")) return [target.slice(1)];
  return target.startsWith(".") ? [normalize(join(dirname(from), target))] : [];
}
