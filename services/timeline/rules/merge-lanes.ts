import type { Candidate } from "../view/shapes.ts";

/** Candidates of one origin, newest first, each once. */
export type Lane = readonly Candidate[];

/** The newest `most` of several lanes, newest first and each id once; of two with the same id the one of the earlier lane. */
export function mergeLanes(lanes: readonly Lane[], most: number): Candidate[] {
  let merged: Lane = [];
  for (const lane of lanes) merged = merged.length === 0 ? lane : mergeTwo(merged, lane, most);
  return merged.slice(0, most);
}

function mergeTwo(a: Lane, b: Lane, most: number): Lane {
  if (b.length === 0) return a;
  const out: Candidate[] = [];
  let [x, y] = [0, 0];
  while (out.length < most) {
    const [first, second] = [a[x], b[y]];
    const next = first && (!second || first.id >= second.id) ? first : second;
    if (!next) break;
    if (first?.id === next.id) x++;
    if (second?.id === next.id) y++;
    out.push(next);
  }
  return out;
}
