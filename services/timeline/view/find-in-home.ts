import { Surface } from "#gen/skein/options/v1/options_pb.ts";
import { ItemSource, AbsenceRule as Rule } from "#gen/skein/timeline/v1/timeline_pb.ts";
import type { Context } from "#mesh/context.ts";
import type { Deps } from "../deps.ts";
import { readCards, readPage } from "../hot/cards.ts";
import { filterHit } from "../rules/filter-hit.ts";
import { toldOfHidden } from "../rules/told-absence.ts";
import { exclusiveListOf } from "../store/list-members.ts";
import { type PostPlace, placesOfPost } from "../store/post-places.ts";
import type { Viewer } from "../store/viewer.ts";
import { type Hydrated, hydrate, type Item } from "./hydrate.ts";
import type { Candidate } from "./shapes.ts";

/** What became of a post in a home. */
export interface Found {
  readonly rule: Rule;
  /** The item, if it is there. */
  readonly item?: Item;
  /** Where it stands, or where it would if the rule were not. */
  readonly place?: PostPlace | undefined;
  /** All that it could have. */
  readonly places: readonly PostPlace[];
  readonly hydrated: Hydrated;
}

/**
 * Takes a post through the same steps as reading does, at all places that it could have in the viewer's home: it is
 * there if reading would show it at one of them. A home goes back as far as there are posts, so that is all.
 */
export async function findInHome(
  deps: Deps,
  ctx: Context,
  viewer: Viewer,
  postId: string,
  doubted: boolean,
): Promise<Found> {
  const { accountId: viewerId } = viewer;
  const [cards, places] = await Promise.all([
    readCards(deps, [postId]),
    placesOfPost(deps.db, viewerId, postId, viewer.tags),
  ]);
  const card = cards.get(postId);
  const candidates = places.map((place) => candidateAt(place, viewerId));
  const also = card ? [card.authorId] : [];
  const showing = { timeline: "HOME", viewer, now: ctx.now, doubted, also } as const;
  const hydrated = await hydrate(deps, ctx, candidates, showing);
  if (!card) return { rule: Rule.NOT_FOUND, places, hydrated };
  const { gate } = hydrated;
  const seen = gate.judge(card, { surface: Surface.PROFILE });
  const hidden = toldOfHidden(seen, card, gate.between.get(card.authorId));
  if (hidden !== undefined) return { rule: hidden, places, hydrated };
  if (card.deleted) return { rule: Rule.DELETED, places, hydrated };
  const [item] = hydrated.items;
  if (item) return { rule: Rule.PRESENT, item, places, hydrated };
  // A follow's word says more than that nobody is followed, and that of the author more than that of who shared.
  const order = places
    .map((place, at) => ({ place, rule: hydrated.dropped.get(at) }))
    .sort((a, b) => weightOf(a.place, postId, viewerId) - weightOf(b.place, postId, viewerId));
  const said = order.find(({ rule }) => rule !== undefined);
  return { rule: said?.rule ?? Rule.NOT_FOLLOWED, place: said?.place, places, hydrated };
}

const weightOf = ({ id, actorId, followedAt }: PostPlace, postId: string, viewerId: string): number =>
  (followedAt || actorId === viewerId ? 0 : 2) + (id === postId ? 0 : 1);

/** As the skeleton of a home has it: a tag brings only what no follow brings. */
function candidateAt({ id, actorId, followedAt, tag }: PostPlace, viewerId: string): Candidate {
  const tagged = tag !== undefined && followedAt === undefined && actorId !== viewerId;
  return tagged ? { id, source: ItemSource.HASHTAG, hashtag: tag } : { id, source: ItemSource.STORED };
}

/** What a rule refers to. */
export interface Evidence {
  readonly filterId?: string;
  readonly phrase?: string;
  readonly listId?: string;
  readonly listTitle?: string;
}

/** Finds the filter and its phrase, or the list, that a rule is about. */
export async function evidenceFor(
  deps: Deps,
  viewer: Viewer,
  now: Date,
  { rule, place, hydrated }: Found,
): Promise<Evidence> {
  if (!place) return {};
  if (rule === Rule.EXCLUSIVE_LIST) {
    const list = await exclusiveListOf(deps.db, viewer.accountId, place.actorId);
    return list ? { listId: list.listId, listTitle: list.title } : {};
  }
  if (rule !== Rule.FILTERED) return {};
  const { entries, cards } = await readPage(deps, [place.id]);
  const entry = entries.get(place.id);
  const card = entry && cards.get(entry.postId);
  if (!card) return {};
  const { accountId: viewerId, settings, filters } = viewer;
  const looking = { timeline: "HOME", viewerId, settings, filters, now, gate: hydrated.gate } as const;
  const candidate = candidateAt(place, viewerId);
  return filterHit(looking, { candidate, entry, card, quoted: cards.get(card.quotedId ?? "") }) ?? {};
}
