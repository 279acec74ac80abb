import { type Chance, pick } from "../load/words.ts";

/** People by number, and who knows whom: each edge is a follow in both directions. */
export interface Graph {
  readonly people: number;
  readonly edges: readonly (readonly [number, number])[];
}

/** Reads an edge list: two numbers on each line; lines that begin with # or % say something about it. */
export function readGraph(text: string): Graph {
  const places = new Map<string, number>();
  const placeOf = (name: string): number => {
    const place = places.get(name) ?? places.size;
    places.set(name, place);
    return place;
  };
  const seen = new Set<string>();
  const edges: (readonly [number, number])[] = [];
  for (const line of text.split("\n")) {
    const [a, b] = line.trim().split(/[\s,]+/);
    if (!a || !b || /^[#%]/.test(a) || a === b) continue;
    const [one, two] = [placeOf(a), placeOf(b)];
    const key = one < two ? `${one} ${two}` : `${two} ${one}`;
    if (seen.has(key)) continue;
    seen.add(key);
    edges.push([one, two]);
  }
  return { people: places.size, edges };
}

/** A graph with a power-law tail: whoever comes later knows those best whom many know already. */
export function makeGraph(people: number, each: number, chance: Chance): Graph {
  const edges: (readonly [number, number])[] = [];
  const known: number[] = []; // everybody as often as somebody knows them
  for (let newcomer = 0; newcomer < people; newcomer++) {
    const friends = new Set<number>();
    for (let tries = 0; friends.size < Math.min(each, newcomer) && tries < each * 20; tries++) {
      const friend = newcomer <= each ? friends.size : pick(known, chance);
      if (friend !== newcomer) friends.add(friend);
    }
    for (const friend of friends) {
      edges.push([newcomer, friend]);
      known.push(newcomer, friend);
    }
  }
  return { people, edges };
}
