import { globSync } from "node:fs";
import { join } from "node:path";
import type { DescFile } from "@bufbuild/protobuf";

const root = join(import.meta.dirname, "../..");

/** Every contract file of ours, as it was generated. */
export async function allFiles(): Promise<DescFile[]> {
  const paths = globSync("gen/skein/**/*_pb.ts", { cwd: root });
  const modules = await Promise.all(paths.map((path) => import(join(root, path)) as Promise<Record<string, unknown>>));
  return modules.flatMap((module) =>
    Object.entries(module).flatMap(([name, value]) => (name.startsWith("file_") ? [value as DescFile] : [])),
  );
}
