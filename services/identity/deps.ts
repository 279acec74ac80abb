import { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import type { Loan } from "#mesh/service.ts";
import { config } from "./config.ts";
import type { Gear } from "./gear.ts";

export { config };

/** Who may see whom is the graph's to say; whatever else others hold comes by events. */
export const calls = { graph: GraphService };

export type Deps = Loan<typeof calls, typeof config> & Gear;
