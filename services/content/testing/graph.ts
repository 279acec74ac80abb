import { Relation_Standing as Standing } from "#gen/skein/common/v1/visibility_pb.ts";
import { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import type { BatchCheckVisibilityRequest } from "#gen/skein/graph/v1/relationship_pb.ts";
import { meshFailure } from "#mesh/failure.ts";
import type { AnyRpc, Service } from "#mesh/service.ts";
import { toy } from "#mesh/testing/toy.ts";
import { decide, type Facts } from "#mesh/visibility.ts";

type Known = NonNullable<Facts> & { readonly mayMention: boolean; readonly mayReply: boolean };

/** A social-graph of a test's own: a table of what accounts are to each other. */
export interface Graph {
  readonly service: Service;
  /** What holds between a viewer and an account; what is not said holds as it did. */
  relate(viewerId: string, accountId: string, facts: Partial<Known>): void;
  /** What holds between everybody and an account, as far as nothing nearer was said. */
  all(accountId: string, facts: Partial<Known>): void;
  follow(followerId: string, followeeId: string): void;
  block(blockerId: string, blockedId: string): void;
  unblock(blockerId: string, blockedId: string): void;
  /** As if the service were gone, or back. */
  away(gone: boolean): void;
  /** How many subjects each question named, oldest first. */
  readonly asked: number[];
}

const OPEN: Known = {
  ...{ self: false, standing: Standing.ACTIVE, blocking: false, blockedBy: false, muted: [], following: false },
  ...{
    followedBy: false,
    locked: false,
    hiddenFromHome: false,
    repostsHidden: false,
    mayMention: true,
    mayReply: true,
  },
};

/** Makes one in which everybody is there and open to everybody. */
export function createGraph(): Graph {
  const pairs = new Map<string, Partial<Known>>();
  const accounts = new Map<string, Partial<Known>>();
  const asked: number[] = [];
  let gone = false;
  const relate = (viewerId: string, accountId: string, facts: Partial<Known>) => {
    const key = `${viewerId} ${accountId}`;
    pairs.set(key, { ...pairs.get(key), ...facts });
  };
  const check = async ({ viewerId, surface, subjectIds }: BatchCheckVisibilityRequest) => {
    if (gone) throw meshFailure("NOBODY_SERVES");
    asked.push(subjectIds.length);
    const subjects = subjectIds.map((accountId) => {
      const { mayMention, mayReply, ...facts } = {
        ...{ ...OPEN, ...accounts.get(accountId), ...pairs.get(`${viewerId} ${accountId}`) },
        self: accountId === viewerId,
      };
      return { relation: { accountId, ...facts }, ...decide(surface, facts), mayMention, mayReply };
    });
    return { subjects };
  };
  const block = (blocker: string, blocked: string, now: boolean) => {
    relate(blocker, blocked, { blocking: now, ...(now && { following: false, followedBy: false }) });
    relate(blocked, blocker, { blockedBy: now, ...(now && { following: false, followedBy: false }) });
  };
  return {
    service: toy("social-graph", [GraphService], { batchCheckVisibility: () => check as unknown as AnyRpc }),
    relate,
    all: (accountId, facts) => void accounts.set(accountId, { ...accounts.get(accountId), ...facts }),
    follow(followerId, followeeId) {
      relate(followerId, followeeId, { following: true });
      relate(followeeId, followerId, { followedBy: true });
    },
    block: (blocker, blocked) => block(blocker, blocked, true),
    unblock: (blocker, blocked) => block(blocker, blocked, false),
    away: (now) => {
      gone = now;
    },
    asked,
  };
}
