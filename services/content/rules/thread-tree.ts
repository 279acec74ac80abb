/** How large a tree may get. */
export interface Bounds {
  readonly most: number;
  readonly depth: number;
}

/** Replies by what they answer, in the order of siblings. */
export type Siblings<R> = ReadonlyMap<string, readonly R[]>;

/** A reply as far as the shape of a tree depends on it. */
export interface Leaf {
  readonly id: string;
  /** Nobody will see it, nor anything below it: it takes no room. */
  readonly dead?: boolean;
}

interface Candidate {
  readonly id: string;
  readonly parentId: string;
  readonly place: number;
  /** The same, the dead not counted. */
  readonly nth: number;
  readonly depth: number;
  /** What lies above costs, too. */
  readonly base: number;
  readonly cost: number;
}

/** A step down costs as much as two places among siblings. */
const STEP = 2;

/**
 * Chooses what of a tree is shown: how many replies under each post, from the first on. Cheap ones go first, so that a
 * tree is both wide and deep, and richest where its order put the best.
 */
export function chooseTree(
  siblings: Siblings<Leaf>,
  rootId: string,
  { most, depth: deepest }: Bounds,
): Map<string, number> {
  const shown = new Map<string, number>();
  const frontier: Candidate[] = [];
  const offer = (parentId: string, from: number, nth: number, depth: number, base: number) => {
    const rows = siblings.get(parentId) ?? [];
    const place = rows.findIndex(({ dead }, at) => at >= from && !dead);
    const row = rows[place];
    if (row && depth <= deepest) frontier.push({ id: row.id, parentId, place, nth, depth, base, cost: base + nth });
  };
  offer(rootId, 0, 0, 1, 0);
  for (let count = 0; count < most; count++) {
    const next = cheapest(frontier);
    if (!next) break;
    frontier.splice(frontier.indexOf(next), 1);
    const { id, parentId, place, nth, depth, base, cost } = next;
    shown.set(parentId, place + 1);
    offer(parentId, place + 1, nth + 1, depth, base);
    offer(id, 0, 0, depth + 1, cost + STEP);
  }
  return shown;
}

/** Of equals the one that was found first. */
const cheapest = (frontier: readonly Candidate[]): Candidate | undefined =>
  frontier.reduce<Candidate | undefined>((best, one) => (best && best.cost <= one.cost ? best : one), undefined);

/** One place of a tree in reading order. */
export type Node =
  | { readonly kind: "post" | "gone"; readonly id: string; readonly parentId: string; readonly depth: number }
  | { readonly kind: "more"; readonly parentId: string; readonly depth: number; readonly count: number };

/** What a tree is woven from. */
export interface Weft {
  readonly siblings: Siblings<Leaf>;
  /** How many replies are shown under each post. */
  readonly shown: ReadonlyMap<string, number>;
  /** Whether the viewer gets to see a post that was chosen. */
  readonly seen: (id: string) => boolean;
  /** What is left out under a post: a count if all of it is known and seen, 0 for "some", undefined for nothing. */
  readonly left: (parentId: string, shown: number) => number | undefined;
}

/**
 * Puts what was chosen into reading order: each post is followed by its own replies. What the viewer does not see keeps
 * its place only above something that is seen; of other hidden posts there is no trace.
 */
export function weaveTree(weft: Weft, parentId: string, depth = 1): Node[] {
  const count = weft.shown.get(parentId) ?? 0;
  const nodes = (weft.siblings.get(parentId) ?? []).slice(0, count).flatMap(({ id }): Node[] => {
    const below = weaveTree(weft, id, depth + 1);
    if (weft.seen(id)) return [{ kind: "post", id, parentId, depth }, ...below];
    return below.some(({ kind }) => kind === "post") ? [{ kind: "gone", id, parentId, depth }, ...below] : [];
  });
  const left = weft.left(parentId, count);
  return left === undefined ? nodes : [...nodes, { kind: "more", parentId, depth, count: left }];
}
