import { readConfig } from "../config.ts";
import { meshConfig } from "./mesh-config.ts";
import type { Shared } from "./shared.ts";

/** What the environment says of the host alone, before any service is looked at; what is wrong is told where it is started. */
export function hostConfig(env: Readonly<Record<string, string | undefined>> = process.env): Shared["config"] {
  return readConfig({ mesh: meshConfig }, env).values.mesh as Shared["config"];
}
