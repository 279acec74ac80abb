import type { Env } from "../command.ts";
import { isPrivate } from "./private.ts";

/** The environment with everything that `up` decides: ports, where links lead, and a drain short enough for a Ctrl-C. */
export function settled({ port }: { port: number | undefined }, env: Env): Env {
  const gateway = port === undefined ? env.GATEWAY_PORT || "7700" : String(port);
  const mayBeLavish = isPrivate(env.GATEWAY_HOST || "127.0.0.1");
  const admin = env.ADMIN_PORT || (Number(gateway) > 0 ? String(Number(gateway) + 1) : "0");
  return {
    ...env,
    GATEWAY_PORT: gateway,
    ADMIN_PORT: admin,
    IDENTITY_PUBLIC_URL: env.IDENTITY_PUBLIC_URL || `http://localhost:${gateway}`,
    // Everybody who tries things out here comes from one address, and the limits are made for strangers.
    ...(mayBeLavish && {
      GATEWAY_LIMIT_ANONYMOUS: env.GATEWAY_LIMIT_ANONYMOUS || "600",
      GATEWAY_LIMIT_GUARDED: env.GATEWAY_LIMIT_GUARDED || "60",
    }),
    DRAIN_TIME: env.DRAIN_TIME || "2s",
  };
}
