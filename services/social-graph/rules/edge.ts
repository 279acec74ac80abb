import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { type FollowSchema, FollowState } from "#gen/skein/graph/v1/follow_pb.ts";

/** How far a follow has come, in the words of the tables. */
export type EdgeState = "ACTIVE" | "PENDING";

/** What a follow, or request, says about home and notifications. */
export interface Flags {
  readonly hideReposts: boolean;
  readonly notifyOnPost: boolean;
  readonly hideFromHome: boolean;
}

/** What a new follow says. */
export const PLAIN: Flags = { hideReposts: false, notifyOnPost: false, hideFromHome: false };

/** A follow, or request, as the tables keep it; moments are PostgreSQL's own words, exact to the microsecond. */
export interface Edge extends Flags {
  readonly state: EdgeState;
  readonly followedAt: string;
  readonly changedAt: string;
}

/** What its owner is shown of it. */
export const followOf = (
  accountId: string,
  { state, followedAt, hideReposts, notifyOnPost, hideFromHome }: Omit<Edge, "changedAt">,
): MessageInitShape<typeof FollowSchema> => ({
  ...{ accountId, state: FollowState[state], followedAt: timestampFromDate(new Date(followedAt)) },
  ...{ hideReposts, notifyOnPost, hideFromHome },
});
