import { MissingSource } from "#gen/skein/timeline/v1/timeline_pb.ts";
import type { Deps } from "../deps.ts";
import { readEntries } from "../hot/cards.ts";
import { windowOf } from "../rules/base-score.ts";
import { type Grounds, type Ranked, rank } from "../rules/rank.ts";
import { readScores } from "../store/scores.ts";
import type { Viewer } from "../store/viewer.ts";
import { affinityOf } from "./affinity.ts";
import type { Candidate, Entry } from "./shapes.ts";
import type { Skeleton } from "./skeleton.ts";

/** The newest candidates in the order of what is worth seeing, as they are pinned. */
export interface Head {
  readonly places: readonly Candidate[];
  /** Nothing lies behind them. */
  readonly end: boolean;
  readonly missing: readonly MissingSource[];
}

/** A head and what its order rests on. */
export interface GradedHead {
  /** In order. */
  readonly places: readonly (Ranked & { readonly candidate: Candidate })[];
  readonly grounds: Grounds;
  readonly end: boolean;
  readonly missing: readonly MissingSource[];
}

/** Puts the newest candidates of a home in order. */
export async function rankHead(deps: Deps, viewer: Viewer, skeleton: Skeleton, now: Date): Promise<Head> {
  const { places, end, missing } = await gradeHead(deps, viewer, skeleton, now);
  return { places: places.map(({ candidate }) => candidate), end, missing };
}

/** The same, for whoever has to say why. */
export async function gradeHead(deps: Deps, viewer: Viewer, skeleton: Skeleton, now: Date): Promise<GradedHead> {
  const { candidates, end } = await skeleton.older(undefined, deps.config.headEntries);
  const places = await placesOf(deps, candidates);
  const { grounds, missing } = await groundsFor(deps, viewer, places, now);
  return { places: rank(places, grounds), grounds, end, missing };
}

/** Everything that the order of some places rests on, for one viewer and moment. */
export async function groundsFor(
  deps: Deps,
  viewer: Viewer,
  places: readonly Ranked[],
  now: Date,
): Promise<{ grounds: Grounds; missing: readonly MissingSource[] }> {
  const people = new Set(places.flatMap(({ authorId, actorId }) => [authorId, actorId]));
  people.delete(viewer.accountId);
  const posts = [...new Set(places.map(({ postId }) => postId))];
  const { factors } = viewer.settings;
  const { rerankTop } = deps.ranking.now;
  if (places.length === 0)
    return { grounds: { ...NO_GROUNDS, feedback: viewer.feedback, factors, rerankTop }, missing: [] };
  const [scores, affinity] = await Promise.all([
    readScores(deps, posts, windowOf(now.getTime()), factors),
    affinityOf(deps, viewer.accountId, [...people]),
  ]);
  const lacking = [...people].some((id) => !affinity.has(id));
  return {
    grounds: { scores, affinity, feedback: viewer.feedback, factors, rerankTop },
    missing: lacking ? [MissingSource.AFFINITY] : [],
  };
}

const NO_GROUNDS = { scores: new Map(), affinity: new Map() } as const;

/** Whose each place is. What nobody knows any more has no rank; it would not be shown either. */
async function placesOf(deps: Deps, candidates: readonly Candidate[]) {
  const known = new Map<string, Ranked>();
  const missing: string[] = [];
  // A place is what it is for ever: what memory has of it needs no asking.
  for (const { id } of candidates) {
    const ranked = rankedIn(deps, id);
    if (ranked) known.set(id, ranked);
    else missing.push(id);
  }
  if (missing.length > 0) {
    const entries = await readEntries(deps, missing);
    const shown = [...entries.values()].flatMap(({ share, postId }) => (share ? postId : []));
    const originals = shown.length > 0 ? await readEntries(deps, shown) : entries;
    for (const entry of entries.values())
      known.set(entry.id, placed(entry, (entry.share ? originals.get(entry.postId) : entry)?.actorId));
  }
  return candidates.flatMap((candidate) => {
    const ranked = known.get(candidate.id);
    return ranked ? [{ ...ranked, candidate }] : [];
  });
}

const placed = ({ id, postId, actorId }: Entry, authorId = actorId): Ranked => ({ id, postId, authorId, actorId });

function rankedIn({ posts, shares }: Pick<Deps, "posts" | "shares">, id: string): Ranked | undefined {
  const post = posts.get(id);
  if (post) return placed(post.entry);
  const share = shares.get(id);
  const author = share && posts.get(share.postId)?.card.authorId;
  return share && author !== undefined ? placed(share, author) : undefined;
}
