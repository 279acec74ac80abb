import { Relation_Standing as Standing } from "#gen/skein/common/v1/visibility_pb.ts";
import type { Surface } from "#gen/skein/options/v1/options_pb.ts";
import type { Facts } from "#mesh/visibility.ts";
import type { Deps } from "../deps.ts";

/** What a viewer and one account are to each other, as social-graph said. */
export interface Subject {
  /** Undefined for whoever was not asked about: nothing of theirs is shown. */
  readonly facts: Facts;
  readonly mayMention: boolean;
  readonly mayReply: boolean;
}

/**
 * Whom to ask about where there is nobody: what is not there must be answered like what is hidden, and as late. Otherwise
 * the time it takes would tell the two apart.
 */
export const NOBODY = "00000000-0000-0000-0000-000000000000";

/** Tells about the accounts that were asked about. */
export type Relations = (accountId: string) => Subject;

/** So many accounts go into one question. */
const MOST_ASKED = 200;

/**
 * Asks how a viewer stands to accounts, at once: one call for every 200. Oneself needs no asking. If social-graph does
 * not answer, neither do we.
 */
export async function relate(
  { peers }: Pick<Deps, "peers">,
  viewerId: string | undefined,
  surface: Surface,
  accountIds: Iterable<string>,
): Promise<Relations> {
  const known = new Map<string, Subject>();
  const ids = [...new Set(accountIds)].filter((id) => id !== viewerId);
  const ask = async (subjectIds: string[]) => {
    const { subjects } = await peers.graph.batchCheckVisibility({ viewerId: viewerId ?? "", surface, subjectIds });
    subjects.forEach(({ relation, mayMention, mayReply }, place) => {
      const id = subjectIds[place];
      if (id && relation?.accountId === id) known.set(id, { facts: relation, mayMention, mayReply });
    });
  };
  const parts = Array.from({ length: Math.ceil(ids.length / MOST_ASKED) }, (_, part) =>
    ids.slice(part * MOST_ASKED, (part + 1) * MOST_ASKED),
  );
  await Promise.all(parts.map(ask));
  return (accountId) => (accountId === viewerId ? SELF : (known.get(accountId) ?? STRANGER));
}

/** How everybody stands to oneself. */
export const SELF: Subject = {
  facts: {
    self: true,
    standing: Standing.ACTIVE,
    blocking: false,
    blockedBy: false,
    muted: [],
    following: false,
    followedBy: false,
    locked: false,
    hiddenFromHome: false,
    repostsHidden: false,
  },
  mayMention: true,
  mayReply: true,
};

const STRANGER: Subject = { facts: undefined, mayMention: false, mayReply: false };
