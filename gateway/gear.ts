import type { DescService } from "@bufbuild/protobuf";
import { type ClientTokens, createClientTokens } from "./calls/client-token.ts";
import type { GatewayLoan } from "./deps.ts";
import { createLimits, type Limits } from "./limits/limits.ts";
import { createIdentify, type Identify } from "./who/identify.ts";

/** What the gateway works with beyond the host's loan. */
export interface Gear {
  /** Finds out who calls, from the Authorization header. */
  readonly identify: Identify;
  /** Takes what a call costs from its caller's allowances. */
  readonly limits: Limits;
  /** Seals what a client wrote, and reads it from its next calls. */
  readonly tokens: ClientTokens;
  /** The services with public methods; filled when the edge opens, for only then the whole mesh is known. */
  readonly offered: DescService[];
  /** The services that keep a log; filled with it. */
  readonly keepers: string[];
}

/** Makes the gear; nothing in it opens a connection of its own. */
export function equip(loan: GatewayLoan): Gear {
  return {
    identify: createIdentify(loan),
    limits: createLimits(loan),
    tokens: createClientTokens(loan.keyring),
    offered: [],
    keepers: [],
  };
}
