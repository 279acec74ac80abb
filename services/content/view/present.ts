import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { PostState } from "#gen/skein/content/v1/post_pb.ts";
import type { PollResultsSchema, PostSchema, QuoteSchema } from "#gen/skein/content/v1/post_view_pb.ts";
import type { ProfileSchema } from "#gen/skein/identity/v1/account_pb.ts";
import { mayQuote, mayReply } from "#mesh/judging/circle.ts";
import type { PollRecord, PostRecord } from "./record.ts";
import type { Seen, SeenPost, SeenQuote } from "./visible.ts";

/** A post as answers carry it. */
export type PostInit = MessageInitShape<typeof PostSchema>;

/** The posts that the viewer may see, in the order asked. */
export const present = (seen: Seen, ids: readonly string[]): PostInit[] =>
  ids.flatMap((id) => {
    const one = seen.posts.get(id);
    return one ? [presentOne(one, seen)] : [];
  });

/** One post that the viewer may see. */
export function presentOne(one: SeenPost, { viewerId, now }: Pick<Seen, "viewerId" | "now">): PostInit {
  const { record, judgement, matches, quote } = one;
  return {
    card: record.card,
    author: authorOf(record),
    state: PostState[record.state],
    counts: record.counts,
    ...(viewerId !== undefined && {
      viewer: { ...record.viewer, canReply: mayReply(one, viewerId), canQuote: mayQuote(one, viewerId) },
    }),
    visibility: judgement,
    filterMatches: [...matches],
    ...(quote && { quote: presentQuote(quote) }),
    ...(record.poll && { poll: presentPoll(record.poll, now) }),
  };
}

function presentQuote({ postId, state, shown, judgement }: SeenQuote): MessageInitShape<typeof QuoteSchema> {
  if (!shown || !judgement) return { postId, state };
  return { postId, state, card: shown.card, author: authorOf(shown), visibility: judgement };
}

/** The answers to a poll, as they stand. */
export const presentPoll = (poll: PollRecord, now: Date): MessageInitShape<typeof PollResultsSchema> => ({
  votes: [...poll.votes],
  voters: poll.voters,
  endsAt: timestampFromDate(poll.endsAt),
  closed: poll.endsAt <= now,
  chosen: [...poll.chosen],
});

/** Whose it is; the bare id until identity's word has arrived. */
const authorOf = ({
  author,
  authorId,
}: Pick<PostRecord, "author" | "authorId">): MessageInitShape<typeof ProfileSchema> =>
  author ?? { accountId: authorId };
