import { create } from "@bufbuild/protobuf";
import { QuotaFailureSchema } from "#gen/google/rpc/error_details_pb.ts";
import { type ExpectedFailure, meshFailure } from "#mesh/failure.ts";
import type { Standing } from "./standing.ts";

/** The failure that tells which allowance is used up and when to come again. */
export function refusal({ policy: { name, quota, windowS, per }, resetMs }: Standing): ExpectedFailure {
  const description = `${quota} units in ${windowS} s for each ${per}`;
  const violation = { subject: per, description, quotaId: name, quotaValue: BigInt(quota) };
  return meshFailure("RATE_LIMITED", {
    words: `the allowance "${name}" is used up: ${description}`,
    facts: { policy: name },
    retryAfterMs: resetMs,
    details: [{ desc: QuotaFailureSchema, value: create(QuotaFailureSchema, { violations: [violation] }) }],
  });
}
