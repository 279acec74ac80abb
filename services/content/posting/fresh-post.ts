import { timestampDate } from "@bufbuild/protobuf/wkt";
import type { Profile } from "#gen/skein/identity/v1/account_pb.ts";
import { type Context, judged } from "#mesh/context.ts";
import { type PostInit, present } from "../view/present.ts";
import { NO_COUNTS, type PollRecord, type PostRecord, type QuoteRecord, UNTOUCHED } from "../view/record.ts";
import { judge, lookingAs } from "../view/visible.ts";
import type { Prepared } from "./prepare.ts";

/** A post as its author sees it the moment it is out, without asking for what is known already. */
export function freshPost(ctx: Context, prepared: Prepared, author: Profile | undefined): PostInit {
  const { card, authorId, relations } = prepared;
  const record: PostRecord = {
    ...{ id: card.id, authorId, state: "PUBLISHED", version: card.version, card, author },
    ...{ counts: NO_COUNTS, viewer: UNTOUCHED, quote: quoteOf(prepared), poll: pollOf(prepared) },
  };
  const seen = judge([record], relations, lookingAs(ctx));
  judged(ctx);
  const [post] = present(seen, [card.id]);
  if (!post) throw new Error("an author does not see the own post");
  return post;
}

function quoteOf({ card, quoted }: Prepared): QuoteRecord | undefined {
  if (!card.quoted || !quoted) return undefined;
  const { postId, authorId, needsApproval } = card.quoted;
  const { record } = quoted;
  return {
    postId,
    authorId,
    asks: needsApproval,
    consent: undefined,
    state: record.state,
    card: record.card,
    author: record.author,
  };
}

function pollOf({ card: { poll } }: Prepared): PollRecord | undefined {
  if (!poll?.endsAt) return undefined;
  const { multiple, options, endsAt } = poll;
  return {
    multiple,
    endsAt: timestampDate(endsAt),
    closedAt: undefined,
    votes: options.map(() => 0n),
    voters: 0n,
    chosen: [],
  };
}
