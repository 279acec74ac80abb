import type { Policy } from "./policies.ts";

/** How a caller stands with one allowance. */
export interface Standing {
  readonly policy: Policy;
  readonly remaining: number;
  /** Until the window ends, or the bucket is full; when refused, until it is worth trying again. */
  readonly resetMs: number;
}

/** The two headers of draft-ietf-httpapi-ratelimit-headers-10: what the allowances are, and what is left of them. */
export function encodeStandings(standings: readonly Standing[]): { "ratelimit-policy": string; ratelimit: string } {
  const each = (write: (standing: Standing) => string) => standings.map(write).join(", ");
  return {
    "ratelimit-policy": each(({ policy }) => `"${policy.name}";q=${policy.quota};w=${policy.windowS}`),
    ratelimit: each(
      ({ policy, remaining, resetMs }) => `"${policy.name}";r=${remaining};t=${Math.ceil(resetMs / 1000)}`,
    ),
  };
}
