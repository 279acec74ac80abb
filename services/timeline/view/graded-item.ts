import { ItemSource } from "#gen/skein/timeline/v1/timeline_pb.ts";
import type { Context } from "#mesh/context.ts";
import type { Deps } from "../deps.ts";
import { windowOf } from "../rules/base-score.ts";
import { idAfter } from "../rules/id-time.ts";
import { type Ranked, scoreOf } from "../rules/rank.ts";
import { scoreTerms } from "../rules/score-terms.ts";
import { readSignals } from "../store/scores.ts";
import { gradeHead, groundsFor } from "./head.ts";
import type { OpenedHome } from "./home.ts";
import { hydrate, type Item } from "./hydrate.ts";

/** An item, and what its place in a ranked home rests on. */
export interface GradedItem {
  readonly item: Item;
  /** From 1; 0 if it stands behind the head. */
  readonly rank: number;
  readonly score: number;
  readonly terms: ReturnType<typeof scoreTerms>;
  /** The closer one of its author and who shared it. */
  readonly closest: string;
}

/** Grades an item that is in a home, by the very order that reading puts the home in now. */
export async function gradeItem(
  deps: Deps,
  ctx: Context,
  home: OpenedHome,
  found: Item,
  doubted: boolean,
): Promise<GradedItem> {
  const { viewer } = home;
  const { postId } = found.entry;
  const skeleton = await home.skeleton();
  const head = await gradeHead(deps, viewer, skeleton, ctx.now);
  const candidates = head.places.map(({ candidate }) => candidate);
  const shown = await hydrate(deps, ctx, candidates, { timeline: "HOME", viewer, now: ctx.now, doubted });
  const rank = shown.items.findIndex(({ entry }) => entry.postId === postId) + 1;
  const item = shown.items[rank - 1] ?? (await behindHead());
  const inHead = head.places.filter((place) => place.postId === postId);
  const own = { id: item.entry.id, postId, authorId: item.card.authorId, actorId: item.entry.actorId };
  const places: readonly Ranked[] = inHead.length > 0 ? inHead : [own];
  const grounds = inHead.length > 0 ? head.grounds : (await groundsFor(deps, viewer, places, ctx.now)).grounds;
  // A post stands under the score of the best of its places.
  const [best = own] = places.toSorted((a, b) => scoreOf(b, grounds) - scoreOf(a, grounds));
  const windowMs = windowOf(ctx.now.getTime());
  const signals = (await readSignals(deps, [postId], windowMs)).get(postId);
  const { affinity } = grounds;
  return {
    ...{ item, rank, score: scoreOf(best, grounds) },
    terms: signals ? scoreTerms(signals, best, grounds, deps.ranking.now, windowMs) : [],
    closest: (affinity.get(best.actorId) ?? 1) > (affinity.get(best.authorId) ?? 1) ? best.actorId : best.authorId,
  };

  // How it came is what the home itself says at its place; the viewer's own is the viewer's, however it came there.
  async function behindHead(): Promise<Item> {
    if (found.candidate.source === ItemSource.OWN) return found;
    const { id } = found.entry;
    const [there] = (await skeleton.older(idAfter(id), 1)).candidates;
    return there?.id === id ? { ...found, candidate: there } : found;
  }
}
