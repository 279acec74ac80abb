import { Audience } from "#gen/skein/common/v1/visibility_pb.ts";
import type { PostCard } from "#gen/skein/content/v1/post_pb.ts";
import type { Relations } from "../view/relations.ts";

/** Whom a card's text names, once each, its author left out. */
const namedIn = ({ facets, authorId }: PostCard): Set<string> =>
  new Set(
    facets.flatMap(({ feature }) =>
      feature.case === "mention" && feature.value.accountId !== authorId ? [feature.value.accountId] : [],
    ),
  );

/** The accounts that a card's text names and that may read it, so that they are told; not those that `before` named already. */
export function mayRead(card: PostCard, relations: Relations, before?: PostCard): string[] {
  if (card.facets.length === 0 || card.audience === Audience.PRIVATE) return [];
  const named = [...namedIn(card)].filter((id) => !before?.mentionedIds.includes(id));
  if (card.audience !== Audience.FOLLOWERS) return named;
  return named.filter((id) => relations(id).facts?.followedBy);
}

/** Whom a card is addressed to: whom its text names. A reply to the chosen few reaches at least whom it answers. */
export function addressees(
  mentionedIds: readonly string[],
  { authorId, audience, parentAuthorId }: { authorId: string; audience: Audience; parentAuthorId: string | undefined },
): string[] {
  const all = new Set(mentionedIds);
  if (audience === Audience.MENTIONED && parentAuthorId && parentAuthorId !== authorId) all.add(parentAuthorId);
  return [...all];
}
