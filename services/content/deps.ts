import { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import type { Loan } from "#mesh/service.ts";
import { config } from "./config.ts";

export { config };

/** Whom content may ask: who may see whom, and who somebody is. */
export const calls = { graph: GraphService, identity: IdentityService };

export type Deps = Loan<typeof calls, typeof config>;
