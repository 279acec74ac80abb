import type { PollService } from "#gen/skein/content/v1/poll_service_pb.ts";
import { callerOf } from "#mesh/context.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { failure } from "../failures.ts";
import { ballotOf, sameBallot, withBallot } from "../rules/vote.ts";
import { addVote, voteOf } from "../store/polls.ts";
import { visiblePost } from "../view/page.ts";
import { presentPoll } from "../view/present.ts";

/** Votes in the poll of a post that the caller may see, once. From its end on nobody votes, whether it was announced or not. */
export const votePoll =
  (deps: Deps): Rpc<typeof PollService.method.votePoll> =>
  async ({ postId, options }, ctx) => {
    const { record } = await visiblePost(deps, ctx, postId);
    const { id, authorId, card, poll } = record;
    if (!card.poll || !poll) throw failure("POLL_NOT_FOUND");
    const ballot = ballotOf(card.poll, options);
    if (poll.chosen.length > 0) {
      if (!sameBallot(poll.chosen, ballot)) throw failure("ALREADY_VOTED");
      return { results: presentPoll(poll, ctx.now) };
    }
    if (poll.endsAt <= ctx.now) throw failure("POLL_CLOSED");
    if (!(await addVote(deps.db, ctx, { id, authorId, options: ballot }))) {
      // Something came between reading and writing: the end, or the same account from elsewhere.
      const meanwhile = await voteOf(deps.db, callerOf(ctx), id);
      if (!meanwhile) throw failure("POLL_CLOSED");
      if (!sameBallot(meanwhile, ballot)) throw failure("ALREADY_VOTED");
    }
    return { results: presentPoll(withBallot(poll, ballot), ctx.now) };
  };
