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
  const { trie, ends } = plant(phrases);
  const { next, letters, width } = trie;
  const { fail, hit } = link(trie, ends);
  return {
    size: trie.parent.length,
    find(text) {
      const found = new Set<number>();
      if (next.size === 0) return found;
      let state = 0;
      for (let at = 0; at < text.length; at++) {
        const letter = letters.get(text.charCodeAt(at));
        if (letter === undefined) {
          state = 0;
          continue;
        }
        let to = next.get(state * width + letter);
        while (to === undefined && state !== 0) {
          state = fail[state] ?? 0;
          to = next.get(state * width + letter);
        }
        state = to ?? 0;
        // Along the chain of states that end a phrase here: this one, or shorter ones.
        for (let end = state; end !== 0; end = hit[end] ?? 0)
          for (const place of ends.get(end) ?? []) if (stands(phrases[place] as Phrase, text, at + 1)) found.add(place);
      }
      return found;
    },
  };
}

/** The phrases as one tree. State 0 is its root; of each other state we know whence and by which letter it is reached. */
interface Trie {
  /** Small numbers for the characters that occur, so that state and letter make a small number, too. */
  readonly letters: ReadonlyMap<number, number>;
  readonly width: number;
  readonly next: ReadonlyMap<number, number>;
  readonly parent: readonly number[];
  readonly letter: readonly number[];
  readonly depth: readonly number[];
}

function plant(phrases: readonly Phrase[]): { trie: Trie; ends: ReadonlyMap<number, number[]> } {
  const letters = new Map<number, number>();
  for (const { text } of phrases)
    for (let at = 0; at < text.length; at++)
      if (!letters.has(text.charCodeAt(at))) letters.set(text.charCodeAt(at), letters.size);
  const width = letters.size;
  const next = new Map<number, number>();
  const [parent, letter, depth] = [[0], [0], [0]];
  const ends = new Map<number, number[]>();
  phrases.forEach(({ text }, place) => {
    let state = 0;
    for (let at = 0; at < text.length; at++) {
      const by = letters.get(text.charCodeAt(at)) ?? 0;
      const key = state * width + by;
      let to = next.get(key);
      if (to === undefined) {
        to = parent.length;
        next.set(key, to);
        parent.push(state);
        letter.push(by);
        depth.push(at + 1);
      }
      state = to;
    }
    if (state !== 0) ends.set(state, [...(ends.get(state) ?? []), place]);
  });
  return { trie: { letters, width, next, parent, letter, depth }, ends };
}

/** Where to go on when the next character does not fit, and the nearest state on that way which ends a phrase. */
function link({ next, width, parent, letter, depth }: Trie, ends: ReadonlyMap<number, unknown>) {
  const fail = new Uint32Array(parent.length);
  const hit = new Uint32Array(parent.length);
  // Shallow states first: where a state fails to is always less deep.
  const order = Uint32Array.from(depth.keys()).sort((a, b) => (depth[a] ?? 0) - (depth[b] ?? 0));
  for (const state of order) {
    if ((depth[state] ?? 0) < 2) continue;
    const by = letter[state] ?? 0;
    let back = fail[parent[state] ?? 0] ?? 0;
    while (back !== 0 && !next.has(back * width + by)) back = fail[back] ?? 0;
    const to = next.get(back * width + by) ?? 0;
    fail[state] = to;
    hit[state] = ends.has(to) ? to : (hit[to] ?? 0);
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
