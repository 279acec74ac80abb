import { inflects, wordsOf } from "./search-words.ts";

/** Words that must stand one after the other, or must not. */
export interface Term {
  readonly words: readonly string[];
  /** Written in quotes: no other forms of the words will do. */
  readonly exact: boolean;
  readonly negated: boolean;
}

/** What is searched for: one of these lists, all of its terms. */
export type SearchQuery = readonly (readonly Term[])[];

/** So many words of a query are looked for in their other forms, too; of the rest exactly as they are written. */
const MOST_INFLECTED = 16;

/** Reads what somebody typed; nothing that can be typed is wrong. */
export function parseQuery(text: string): SearchQuery {
  const lists: Term[][] = [[]];
  const pieces = text
    .normalize("NFKC")
    .replace(/[“”„«»]/g, '"')
    .matchAll(/([-−]?)(?:"([^"]*)"?|([^\s"]+))/g);
  for (const [, sign = "", quoted, bare = ""] of pieces) {
    if (quoted === undefined && sign === "" && bare.toLowerCase() === "or") {
      lists.push([]);
      continue;
    }
    const words = wordsOf(quoted ?? bare);
    if (words.length > 0) lists.at(-1)?.push({ words, exact: quoted !== undefined, negated: sign !== "" });
  }
  const filled = lists.filter((terms) => terms.length > 0);
  const positive = filled.filter(hasWords);
  // "cats or -dogs" would be nearly everything.
  return positive.length > 0 ? positive : filled.slice(0, 1);
}

const hasWords = (terms: readonly Term[]): boolean => terms.some(({ negated }) => !negated);

/** Whether there is anything to look up: exclusions alone leave nearly everything. */
export const looksUp = (query: SearchQuery): boolean => query.some(hasWords);

/** The words whose other forms are searched for, too. */
export function inflectedOf(query: SearchQuery): string[] {
  const single = query.flat().filter(({ words, exact }) => words.length === 1 && !exact);
  return [...new Set(single.flatMap(({ words }) => words).filter(inflects))].slice(0, MOST_INFLECTED);
}

/** The query as PostgreSQL reads it; `forms` are the stems of words, as the index has them. Empty if there is nothing to say. */
export function tsqueryOf(query: SearchQuery, forms: ReadonlyMap<string, readonly string[]>): string {
  const termOf = ({ words, exact, negated }: Term): string => {
    const [only] = words;
    const other = only !== undefined && words.length === 1 && !exact ? (forms.get(only) ?? []) : [];
    const sequence = words.map(quoted).join(" <-> ");
    return `${negated ? "!" : ""}(${[sequence, ...other.map(quoted)].join(" | ")})`;
  };
  return query.map((terms) => `(${terms.map(termOf).join(" & ")})`).join(" | ");
}

// Words are letters, digits and emoji, stems are made of them: nothing in them could end the quotes.
const quoted = (word: string): string => `'${word}'`;
