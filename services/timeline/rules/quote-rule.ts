import { Verdict } from "#gen/skein/common/v1/visibility_pb.ts";
import { QuoteState } from "#gen/skein/content/v1/post_view_pb.ts";
import type { Judgement } from "#mesh/visibility.ts";
import type { Card } from "../view/shapes.ts";

/** What a viewer gets of a quoted post; `shown` and `judgement` only where it is shown. */
export interface SeenQuote {
  readonly postId: string;
  readonly state: QuoteState;
  readonly shown: Card | undefined;
  readonly judgement: Judgement | undefined;
}

/** The quoted post, as content would show it. `judge` says whether the viewer may see it. */
export function judgeQuote(
  { quotedId, quoteWithheld }: Pick<Card, "quotedId" | "quoteWithheld">,
  quoted: Card | undefined,
  judge: (card: Card) => Judgement,
): SeenQuote | undefined {
  if (quotedId === undefined) return undefined;
  const unseen = (state: QuoteState): SeenQuote => ({
    postId: quotedId,
    state,
    shown: undefined,
    judgement: undefined,
  });
  // First, for what its author decided about the quote is nobody's business who may not see the post.
  if (!quoted || quoted.deleted) return unseen(QuoteState.UNAVAILABLE);
  const judgement = judge(quoted);
  if (judgement.verdict === Verdict.HIDE) return unseen(QuoteState.UNAVAILABLE);
  if (quoteWithheld) return unseen(QuoteState[quoteWithheld]);
  return { postId: quotedId, state: QuoteState.SHOWN, shown: quoted, judgement };
}
