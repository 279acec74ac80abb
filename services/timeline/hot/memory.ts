import type { Card, Counts, Entry } from "../view/shapes.ts";

/** What one process remembers of a post: right only if the revisions are those of now. */
export interface Known {
  readonly revision: number;
  readonly card: Card;
  readonly entry: Entry;
  readonly counted: { readonly revision: number; readonly counts: Counts };
}

/** Remembers at most about `most` values; those that nobody asked for longest are forgotten first. */
export interface Memory<V> {
  get(id: string): V | undefined;
  set(id: string, value: V): void;
  delete(id: string): void;
  clear(): void;
}

/** Two generations: to touch a value costs a look-up, not a move to the end of a list. */
export function createMemory<V>(most: number): Memory<V> {
  let young = new Map<string, V>();
  let old = new Map<string, V>();
  const set = (id: string, value: V): void => {
    young.set(id, value);
    if (young.size * 2 <= most) return;
    old = young;
    young = new Map();
  };
  return {
    get(id) {
      const found = young.get(id);
      if (found !== undefined) return found;
      const older = old.get(id);
      if (older !== undefined) set(id, older);
      return older;
    },
    set,
    delete(id) {
      young.delete(id);
      old.delete(id);
    },
    clear() {
      young.clear();
      old.clear();
    },
  };
}
