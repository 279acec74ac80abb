import { startsUnspaced } from "./unspaced.ts";

/** A phrase to look for, folded already. */
export interface Phrase {
  readonly text: string;
  /** Not inside longer words. */
  readonly wholeWord: boolean;
}

/** Many phrases that are looked for at once. */
export interface PhraseSet {
  /** How much memory it takes, in states. */
  readonly size: number;
  /** The places, in the list it was made of, of all phrases that a folded text holds. */
  find(text: string): ReadonlySet<number>;
}

/** Builds an Aho-Corasick automaton: looking costs the length of the text, however many phrases there are. */
export function createPhraseSet(phrases: readonly Phrase[]): PhraseSet {
  const next = new Map<number, number>(); // state and character to state
  const ends: number[][] = [[]];
  phrases.forEach(({ text }, place) => {
    if (text === "") return;
    let state = 0;
    for (let at = 0; at < text.length; at++) state = follow(state, text.charCodeAt(at));
    ends[state]?.push(place);
  });
  const { fail, hit } = link(next, ends);

  function follow(state: number, unit: number): number {
    const key = keyOf(state, unit);
    const known = next.get(key);
    if (known !== undefined) return known;
    next.set(key, ends.length);
    return ends.push([]) - 1;
  }

  return {
    size: ends.length,
    find(text) {
      const found = new Set<number>();
      if (next.size === 0) return found;
      let state = 0;
      for (let at = 0; at < text.length; at++) {
        const unit = text.charCodeAt(at);
        let to = next.get(keyOf(state, unit));
        while (to === undefined && state !== 0) {
          state = fail[state] ?? 0;
          to = next.get(keyOf(state, unit));
        }
        state = to ?? 0;
        // Along the chain of states that end a phrase here: this one, or shorter ones.
        for (let end = state; end !== 0; end = hit[end] ?? 0)
          for (const place of ends[end] ?? []) if (stands(phrases[place] as Phrase, text, at + 1)) found.add(place);
      }
      return found;
    },
  };
}

const UNITS = 0x1_0000;
const keyOf = (state: number, unit: number): number => state * UNITS + unit;

/** Where to go on when the next character does not fit, and the nearest state on that way which ends a phrase. */
function link(next: ReadonlyMap<number, number>, ends: readonly number[][]): { fail: Uint32Array; hit: Uint32Array } {
  const fail = new Uint32Array(ends.length);
  const hit = new Uint32Array(ends.length);
  const children: [unit: number, state: number][][] = ends.map(() => []);
  for (const [key, state] of next) children[Math.floor(key / UNITS)]?.push([key % UNITS, state]);
  const queue = [0];
  for (const state of queue) {
    for (const [unit, child] of children[state] ?? []) {
      let back = fail[state] ?? 0;
      while (state !== 0 && back !== 0 && !next.has(keyOf(back, unit))) back = fail[back] ?? 0;
      const target = state === 0 ? 0 : (next.get(keyOf(back, unit)) ?? 0);
      fail[child] = target;
      hit[child] = (ends[target]?.length ?? 0) > 0 ? target : (hit[target] ?? 0);
      queue.push(child);
    }
  }
  return { fail, hit };
}

function stands({ text, wholeWord }: Phrase, within: string, end: number): boolean {
  if (!wholeWord) return true;
  const start = end - text.length;
  return !joined(before(within, start), text) && !joined(before(within, end), within.slice(end, end + 2));
}

// Scripts that put spaces between words: only of these does a letter beside a letter go on with the word.
const WORD = /^[\p{L}\p{M}\p{N}_]/u;

/** Whether two neighbouring characters, each the first of its text, belong to one word. */
const joined = (left: string, right: string): boolean =>
  WORD.test(left) && WORD.test(right) && !startsUnspaced(left) && !startsUnspaced(right);

/** The character before a place, whole also if it takes two units. */
function before(text: string, place: number): string {
  const low = text.charCodeAt(place - 1);
  return text.slice(low >= 0xdc00 && low <= 0xdfff ? place - 2 : place - 1, place);
}
