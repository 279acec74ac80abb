import { create } from "@bufbuild/protobuf";
import { type Relation, RelationSchema, Relation_Standing as Standing } from "#gen/skein/common/v1/visibility_pb.ts";
import type { Edge, EdgeState } from "./edge.ts";
import { type ScopeName, scopesOf } from "./mute-scopes.ts";

/** What the tables say between a viewer and one account. */
export interface Between {
  readonly accountId: string;
  readonly viewerId: string | undefined;
  /** Absent where nobody has heard of the account. */
  readonly state: "ACTIVE" | "HIDDEN" | "SUSPENDED" | null;
  readonly blocking: boolean;
  readonly blockedBy: boolean;
  readonly muted: readonly ScopeName[];
  readonly locked: boolean;
  readonly follows: Pick<Edge, "state" | "hideReposts" | "hideFromHome"> | null;
  readonly followedBy: EdgeState | null;
}

/** The facts on which visibility depends. A block overrides the edges that it has not ended yet. */
export function relationOf(between: Between): Relation {
  const { accountId, viewerId, state, blocking, blockedBy, muted, locked, follows, followedBy } = between;
  const parted = blocking || blockedBy;
  const following = !parted && follows?.state === "ACTIVE";
  return create(RelationSchema, {
    accountId,
    self: accountId === viewerId,
    standing: state ? Standing[state] : Standing.UNSPECIFIED,
    blocking,
    blockedBy,
    muted: scopesOf(muted),
    following,
    followedBy: !parted && followedBy === "ACTIVE",
    locked,
    hiddenFromHome: following && (follows?.hideFromHome ?? false),
    repostsHidden: following && (follows?.hideReposts ?? false),
  });
}

/** The same without what its viewer must not learn: one's own list may show who blocks back, but not that they do. */
export const shownTo = (relation: Relation): Relation => create(RelationSchema, { ...relation, blockedBy: false });
