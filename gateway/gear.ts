import type { DescService } from "@bufbuild/protobuf";
import type { GatewayLoan } from "./deps.ts";
import { createLimits, type Limits } from "./limits/limits.ts";
import { createIdentify, type Identify } from "./who/identify.ts";

/** What the gateway works with beyond the host's loan. */
export interface Gear {
  /** Finds out who calls, from the Authorization header. */
  readonly identify: Identify;
  /** Takes what a call costs from its caller's allowances. */
  readonly limits: Limits;
  /** The services with public methods; filled when the edge opens, for only then the whole mesh is known. */
  readonly offered: DescService[];
}

/** Makes the gear; nothing in it opens a connection of its own. */
export function equip(loan: GatewayLoan): Gear {
  return { identify: createIdentify(loan), limits: createLimits(loan), offered: [] };
}
