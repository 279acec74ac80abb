import { PostService } from "#gen/skein/content/v1/post_service_pb.ts";
import { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import type { Loan } from "#mesh/service.ts";
import { config } from "./config.ts";
import type { Gear } from "./gear.ts";

export { config };

/** Whom timeline may ask where its own knowledge is missing or too old. A warm home read asks nobody. */
export const calls = { content: PostService, graph: GraphService, identity: IdentityService };

export type Bare = Loan<typeof calls, typeof config>;
export type Deps = Bare & Gear;
