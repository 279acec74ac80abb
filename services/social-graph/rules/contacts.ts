import { type Interaction, WORTH } from "./affinity.ts";

/** Something that a viewer did about an account, or no longer does. */
export interface Contact {
  readonly viewerId: string;
  readonly authorId: string;
  readonly what: Interaction;
  readonly at: Date;
}

/** All that a viewer did about an account: how often, and its worth at the moment of the last. */
export interface Counted extends Record<Interaction, number> {
  readonly viewerId: string;
  readonly authorId: string;
  score: number;
  at: Date;
}

/** What was done between each two, together. */
export function countContacts(contacts: readonly Contact[], halfLifeMs: number): Counted[] {
  const pairs = new Map<string, Counted>();
  for (const { viewerId, authorId, what, at } of contacts) {
    const key = `${viewerId} ${authorId}`;
    const pair = pairs.get(key) ?? { viewerId, authorId, likes: 0, replies: 0, shares: 0, mentions: 0, score: 0, at };
    const later = at > pair.at ? at : pair.at;
    const faded = (since: Date) => 0.5 ** ((later.getTime() - since.getTime()) / halfLifeMs);
    pair.score = pair.score * faded(pair.at) + WORTH[what] * faded(at);
    pair.at = later;
    pair[what]++;
    pairs.set(key, pair);
  }
  return [...pairs.values()];
}
