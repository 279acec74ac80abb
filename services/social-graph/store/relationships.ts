import type { MessageInitShape } from "@bufbuild/protobuf";
import type { RelationshipSchema } from "#gen/skein/graph/v1/relationship_pb.ts";
import { followOf } from "../rules/edge.ts";
import { shownTo } from "../rules/relation.ts";
import type { ListPlace } from "./list-places.ts";
import { stampOf } from "./moments.ts";
import type { Tie } from "./relations.ts";

/** Everything between the caller and one account that the caller may know; a block leaves nothing of the edges. */
export function relationshipOf(tie: Tie, places: readonly ListPlace[]): MessageInitShape<typeof RelationshipSchema> {
  const { accountId, relation, edge, requestedBy, muteExpiresAt } = tie;
  const parted = relation.blocking || relation.blockedBy;
  return {
    ...{ accountId, relation: shownTo(relation), requestedBy },
    ...(edge && !parted && { follow: followOf(accountId, edge) }),
    ...(muteExpiresAt && { muteExpiresAt: stampOf(muteExpiresAt) }),
    lists: places
      .filter(({ account_id }) => account_id === accountId)
      .map(({ list_id, title, exclusive, hide_reposts }) => ({
        ...{ listId: list_id, title, exclusive, hideReposts: hide_reposts },
      })),
  };
}
