import type { Env } from "../command.ts";

/** The environment with everything that `up` decides: ports, where links lead, and a drain short enough for a Ctrl-C. */
export function settled({ port }: { port: number | undefined }, env: Env): Env {
  const gateway = port === undefined ? env.GATEWAY_PORT || "7700" : String(port);
  const admin = env.ADMIN_PORT || (Number(gateway) > 0 ? String(Number(gateway) + 1) : "0");
  return {
    ...env,
    GATEWAY_PORT: gateway,
    ADMIN_PORT: admin,
    IDENTITY_PUBLIC_URL: env.IDENTITY_PUBLIC_URL || `http://localhost:${gateway}`,
    DRAIN_TIME: env.DRAIN_TIME || "2s",
  };
}
