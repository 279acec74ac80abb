import { SessionService } from "#gen/skein/identity/v1/session_service_pb.ts";
import type { Loan } from "#mesh/service.ts";
import { config } from "./config.ts";
import type { Gear } from "./gear.ts";

export { config };

/** By name only what the gateway itself asks; everything else it forwards without knowing it. */
export const calls = { session: SessionService };

export type GatewayLoan = Loan<typeof calls, typeof config>;
export type Deps = GatewayLoan & Gear;
