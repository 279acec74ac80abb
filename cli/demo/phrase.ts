import type { Chance } from "./chance.ts";
import { everyday } from "./topics/everyday.ts";

type Words = Readonly<Record<string, readonly string[]>>;

const SLOT = /\{(\p{L}+)(\d?)\}/gu;

/**
 * Fills the slots of a template. `{word}` is one word throughout; `{word2}` is another one of the same kind. One that
 * begins a sentence gets a capital letter.
 */
export function phrase(template: string, words: Words, chance: Chance): string {
  const said = new Map<string, string>();
  return template.replace(SLOT, (slot, kind: string, number: string, place: number) => {
    const list = words[kind] ?? everyday.words[kind];
    if (!list) throw new Error(`nothing is known about ${slot} in "${template}"`);
    let word = said.get(slot);
    if (word === undefined) {
      const other = number === "" ? undefined : said.get(`{${kind}}`);
      word = chance.pick(list.filter((one) => one !== other));
      said.set(slot, word);
    }
    return /(^|[.!?] )$/.test(template.slice(0, place)) ? capital(word) : word;
  });
}

const capital = (word: string): string => word.replace(/^\p{Ll}/u, (letter) => letter.toUpperCase());
