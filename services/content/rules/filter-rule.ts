import { timestampDate } from "@bufbuild/protobuf/wkt";
import type { FilterRule } from "#gen/skein/content/v1/content_filter_pb.ts";
import { meshFailure } from "#mesh/failure.ts";
import { foldText } from "#mesh/judging/fold-text.ts";
import { failure } from "../failures.ts";

/** Refuses a filter that could never hit: one that has expired, or a phrase of which nothing is left to look for. */
export function refuseIdleFilter({ expiresAt, phrases }: FilterRule, now: Date): void {
  if (expiresAt && timestampDate(expiresAt) <= now)
    throw failure("FILTER_EXPIRED", { fields: { "rule.expires_at": "is past" } });
  phrases.forEach(({ text }, place) => {
    if (foldText(text) === "")
      throw meshFailure("INVALID_REQUEST", {
        fields: { [`rule.phrases[${place}].text`]: "holds nothing that can be looked for" },
      });
  });
}
