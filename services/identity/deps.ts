import type { Loan } from "#mesh/service.ts";
import { config } from "./config.ts";
import type { Gear } from "./gear.ts";

export { config };

/** identity asks nobody while it serves; what others hold comes to it by events. */
export const calls = {};

export type Deps = Loan<typeof calls, typeof config> & Gear;
