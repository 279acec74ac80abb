import type { Loan } from "#mesh/service.ts";
import { config } from "./config.ts";

export { config };

/** social-graph asks nobody: what it knows of others comes to it by events. */
export const calls = {};

export type Deps = Loan<typeof calls, typeof config>;
