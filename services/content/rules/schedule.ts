import { Code } from "@connectrpc/connect";
import { ExpectedFailure } from "#mesh/failure.ts";
import { failure } from "../failures.ts";

const LEAST_AHEAD_MS = 60_000;

/** Refuses a time to publish that is too near or too far. */
export function refuseTime(publishAt: Date, now: Date, horizonMs: number): void {
  const ahead = publishAt.getTime() - now.getTime();
  if (!(ahead >= LEAST_AHEAD_MS && ahead <= horizonMs))
    throw failure("PUBLISH_TIME_INVALID", { fields: { publish_at: "is not between a minute and the horizon ahead" } });
}

const HOUR_MS = 3_600_000;
/** What its owner reads when it was nobody's fault but ours. */
export const GIVEN_UP = "UNAVAILABLE";
const FINAL: ReadonlySet<Code> = new Set([
  Code.NotFound,
  Code.InvalidArgument,
  Code.FailedPrecondition,
  Code.PermissionDenied,
]);

/**
 * Why a post cannot be published any more; undefined if that may pass. What is in the way for an hour, over several
 * attempts, stays in the way: nobody wants a post to come out at a time that has nothing to do with the one named.
 */
export function finalReason(
  error: unknown,
  { attempts, lateMs }: { attempts: number; lateMs: number },
): string | undefined {
  if (error instanceof ExpectedFailure && error.domain === failure.domain && FINAL.has(error.code)) return error.reason;
  return lateMs > HOUR_MS && attempts >= 10 ? GIVEN_UP : undefined;
}

/** The reason for authors who cannot publish; undefined for those who can. */
export const hindrance = (state: string): string | undefined =>
  state === "ACTIVE" ? undefined : state === "SUSPENDED" ? "ACCOUNT_SUSPENDED" : "ACCOUNT_DEACTIVATED";
