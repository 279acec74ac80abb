import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import type { Rpc } from "#mesh/service.ts";
import { decide } from "#mesh/visibility.ts";
import type { Deps } from "../deps.ts";
import { admits } from "../rules/privacy.ts";
import { relationsOf } from "../store/relations.ts";

/** The decision about each account for one viewer, with the facts behind it. Nobody is left out: the unknown are hidden. */
export const batchCheckVisibility =
  (deps: Deps): Rpc<typeof GraphService.method.batchCheckVisibility> =>
  async ({ viewerId, surface, subjectIds }, ctx) => {
    const readInfo = await deps.feeds.readInfo(ctx, "mirror-accounts");
    const ids = subjectIds.map((id) => id.toLowerCase());
    const freshAsOf = timestampFromDate(await deps.feeds.freshAsOf("mirror-accounts"));
    const ties = await relationsOf(deps, viewerId.toLowerCase() || undefined, ids);
    const subjects = ids.map((id) => {
      const tie = ties.get(id);
      if (!tie) throw new Error("a subject was lost");
      const { relation, privacy } = tie;
      return {
        ...{ relation, ...decide(surface, relation) },
        mayMention: admits(privacy.whoMayMention, relation),
        mayReply: admits(privacy.whoMayReply, relation),
      };
    });
    return { subjects, freshAsOf, readInfo };
  };
