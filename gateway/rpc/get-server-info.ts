import type { GatewayInfoService } from "#gen/skein/gateway/v1/gateway_info_service_pb.ts";
import { maxBytesOf } from "#mesh/contract.ts";
import type { Rpc } from "#mesh/service.ts";
import { publicMethods } from "../calls/routes.ts";
import type { Deps } from "../deps.ts";
import { version } from "../version.ts";

/** Tells what this server is and which limits its clients must keep to. */
export const getServerInfo =
  ({ offered, keepers, limits }: Deps): Rpc<typeof GatewayInfoService.method.getServerInfo> =>
  async () => ({
    version,
    services: offered.map(({ typeName }) => typeName),
    rateLimits: limits.policies.map(({ name, quota, windowS }) => ({ name, quota, windowS })),
    keepers,
    maxRequestBytes: Math.max(0, ...publicMethods(offered).map(maxBytesOf)),
  });
