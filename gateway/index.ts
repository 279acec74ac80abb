import { GatewayInfoService } from "#gen/skein/gateway/v1/gateway_info_service_pb.ts";
import { defineService, serve } from "#mesh/service.ts";
import { calls, config, type Deps } from "./deps.ts";
import { openEdge } from "./edge.ts";
import { equip } from "./gear.ts";
import { getServerInfo } from "./rpc/get-server-info.ts";

/** The public edge: every public method of the mesh on one port. A service that is added adds nothing here. */
export const gateway = defineService({
  name: "gateway",
  config,
  calls,
  serves: [serve<typeof GatewayInfoService, Deps>(GatewayInfoService, { getServerInfo })],
  equip,
  edge: openEdge,
});
