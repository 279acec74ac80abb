import type { PollService } from "#gen/skein/content/v1/poll_service_pb.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { failure } from "../failures.ts";
import { visiblePost } from "../view/page.ts";
import { presentPoll } from "../view/present.ts";

/** The answers so far to the poll of a post that the viewer may see. */
export const getPollResults =
  (deps: Deps): Rpc<typeof PollService.method.getPollResults> =>
  async ({ postId }, ctx) => {
    const { poll } = (await visiblePost(deps, ctx, postId)).record;
    if (!poll) throw failure("POLL_NOT_FOUND");
    return { results: presentPoll(poll, ctx.now) };
  };
