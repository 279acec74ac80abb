import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { expect, test } from "vitest";
import { FilterRuleSchema } from "#gen/skein/content/v1/content_filter_pb.ts";
import { refuseIdleFilter } from "./filter-rule.ts";

const NOW = new Date(1_000_000);
const rule = (expiresMs: number | undefined, ...texts: string[]) =>
  create(FilterRuleSchema, {
    phrases: texts.map((text) => ({ text })),
    ...(expiresMs !== undefined && { expiresAt: timestampFromMs(expiresMs) }),
  });

test.each([
  [rule(undefined, "word"), undefined],
  [rule(1_000_001, "word", "#tag", "👍"), undefined],
  [rule(1_000_000, "word"), "FILTER_EXPIRED"],
  [rule(undefined, "word", " \u200b"), "INVALID_REQUEST"],
  [rule(undefined, "\u0301"), "INVALID_REQUEST"],
])("a filter that can never hit is refused (%#)", (given, reason) => {
  const check = () => refuseIdleFilter(given, NOW);
  if (reason) expect(check).toThrow(expect.objectContaining({ reason }));
  else expect(check).not.toThrow();
});
