import type { TimelineService } from "#gen/skein/timeline/v1/timeline_service_pb.ts";
import { callerOf } from "#mesh/context.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { absenceWords } from "../rules/absence-words.ts";
import { readViewer } from "../store/viewer.ts";
import { evidenceFor, findInHome } from "../view/find-in-home.ts";
import { homeConsumers } from "../view/home.ts";

/** The first rule that keeps a post out of the caller's home, as reading itself finds it. */
export const explainAbsence =
  (deps: Deps): Rpc<typeof TimelineService.method.explainAbsence> =>
  async ({ postId }, ctx) => {
    const readInfo = await deps.feeds.readInfo(ctx, ...homeConsumers);
    const viewer = await readViewer(deps, callerOf(ctx));
    const found = await findInHome(deps, ctx, viewer, postId.toLowerCase(), readInfo.satisfied === false);
    const { listTitle, ...evidence } = await evidenceFor(deps, viewer, ctx.now, found);
    const explanation = absenceWords(found.rule, { phrase: evidence.phrase, listTitle });
    return { rule: found.rule, explanation, ...evidence, readInfo };
  };
