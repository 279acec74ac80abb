import { timestampDate } from "@bufbuild/protobuf/wkt";
import { AccountBlockedSchema } from "#gen/skein/graph/v1/graph_events_pb.ts";
import { consumer, on } from "#mesh/consumer.ts";
import type { Deps } from "../deps.ts";
import { unlistParted } from "../store/list-members.ts";

/**
 * Whom a block parts leave each other's lists. The blocker's own were cleared with the block; here go those that somebody
 * added in that very moment, and the other's. Until then reading leaves them out.
 */
export const unlistBlocked = consumer<Deps>("unlist-blocked", [
  on(AccountBlockedSchema, async ({ tx, event: { blockerId, blockedId, blockedAt }, at }) => {
    await unlistParted(tx, blockerId, blockedId, blockedAt ? timestampDate(blockedAt) : at);
  }),
]);
