import { expect, test } from "vitest";
import { Verdict, VisibilityReason } from "#gen/skein/common/v1/visibility_pb.ts";
import { QuoteState } from "#gen/skein/content/v1/post_view_pb.ts";
import type { Judgement } from "#mesh/visibility.ts";
import type { Card } from "../view/shapes.ts";
import { judgeQuote } from "./quote-rule.ts";

const allow = () => ({ verdict: Verdict.ALLOW, reason: VisibilityReason.OPEN });
const hide = () => ({ verdict: Verdict.HIDE, reason: VisibilityReason.BLOCKING });
const quoted = { postId: "q", deleted: false } as Card;
const { SHOWN, PENDING, WITHHELD, UNAVAILABLE } = QuoteState;

test.each<[string, Card | undefined, Card["quoteWithheld"], () => Judgement, QuoteState]>([
  ["it may be seen", quoted, undefined, allow, SHOWN],
  ["its author has not agreed yet", quoted, "PENDING", allow, PENDING],
  ["its author refused", quoted, "WITHHELD", allow, WITHHELD],
  ["the viewer may not see it, and learns nothing of its author's word", quoted, "WITHHELD", hide, UNAVAILABLE],
  ["it was deleted", { ...quoted, deleted: true }, undefined, allow, UNAVAILABLE],
  ["nobody knows it", undefined, undefined, allow, UNAVAILABLE],
])("a quoted post where %s", (_, card, quoteWithheld, judge, state) => {
  const seen = judgeQuote({ quotedId: "q", quoteWithheld }, card, judge);
  expect(seen?.state).toBe(state);
  expect(seen?.shown).toBe(state === SHOWN ? card : undefined);
});

test("what quotes nothing has no quote", () => {
  expect(judgeQuote({ quotedId: undefined, quoteWithheld: undefined }, undefined, allow)).toBeUndefined();
});
