import type { Item } from "../view/hydrate.ts";

/** Changes when an item has to be sent anew: another text, another verdict, other accounts that brought it. Not for each like. */
export function stampOf({ card, admitted, shares, candidate }: Item): number {
  const { judgement, matches, quote } = admitted;
  const parts = [
    ...[card.version, judgement.verdict, quote?.state, candidate.hashtag],
    ...matches.map(({ filterId }) => filterId),
    ...shares.map(({ id }) => id),
  ];
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(parts.join(" "))) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
