import { type Chance, chanceOf, drawer } from "./chance.ts";
import type { Person } from "./person.ts";

/** Somebody begins to follow somebody; people go by their places. */
export interface Edge {
  readonly from: number;
  readonly to: number;
  /** When, as a part of the time in which both were here. */
  readonly at: number;
  /** Asked only after the other one was locked. */
  readonly asked: boolean;
}

/** Who follows whom, and who does not want to see whom. */
export interface Society {
  readonly people: readonly Person[];
  readonly edges: readonly Edge[];
  readonly following: readonly (readonly number[])[];
  /** Those who were let in. */
  readonly followers: readonly (readonly number[])[];
  /** Who has blocked whom. */
  readonly blocks: readonly (readonly [number, number])[];
  parted(one: number, other: number): boolean;
}

const MUTUAL = 0.3;
const STAR = 0.72;
const ASKED = 0.25;

/**
 * Lets people find each other: most follow within their communities, nearly everybody some whom everybody follows, and
 * often one whom those follow whom they follow. Who is followed follows back the more likely, the fewer follow them.
 */
export function societyOf(seed: number, people: readonly Person[], given: Society["blocks"] = []): Society {
  const chance = chanceOf(seed, "society", people.length);
  const blocks = [...given, ...moreBlocks(people, chance)];
  const apart = new Set(blocks.flatMap(([one, other]) => [`${one} ${other}`, `${other} ${one}`]));
  const parted = (one: number, other: number) => apart.has(`${one} ${other}`);
  const chosen = people.map(() => new Set<number>());
  const find = finder(people, chosen, chance);
  for (const [who, { topics }] of people.entries()) {
    const most = Math.max(1, Math.floor(people.length * 0.4));
    const goal = Math.min(most, Math.max(3, Math.round(14 * Math.exp(chance.normal() * 0.9))));
    const mine = chosen[who] as Set<number>;
    for (let tries = 0; mine.size < goal && tries < goal * 6; tries++) {
      const whom = find(who, topics);
      if (whom !== undefined && whom !== who && !parted(who, whom)) mine.add(whom);
    }
    for (const [star, person] of people.entries())
      if (person.star && star !== who && !parted(who, star) && chance.hit(STAR)) mine.add(star);
  }
  followBack(people, chosen, parted, chance);
  const edges = chosen.flatMap((all, from) =>
    [...all].map((to) => ({ from, to, at: chance.next(), asked: people[to]?.locked === true && chance.hit(ASKED) })),
  );
  const followers = people.map((): number[] => []);
  for (const { from, to, asked } of edges) if (!asked) followers[to]?.push(from);
  return { people, edges, following: chosen.map((all) => [...all]), followers, blocks, parted };
}

/** Proposes somebody to follow. */
function finder(people: readonly Person[], chosen: readonly ReadonlySet<number>[], chance: Chance) {
  const drawAnybody = drawer(people.map(({ pull }) => pull));
  const places = new Map<unknown, number[]>();
  for (const [place, { topics }] of people.entries())
    for (const topic of new Set(topics)) places.set(topic, [...(places.get(topic) ?? []), place]);
  const rooms = new Map(
    [...places].map(([topic, list]) => [topic, { list, draw: drawer(list.map((at) => people[at]?.pull ?? 0)) }]),
  );
  return (who: number, topics: Person["topics"]): number | undefined => {
    if (chance.hit(0.22)) {
      const friends = [...(chosen[who] ?? [])];
      const theirs = friends.length > 0 ? [...(chosen[chance.pick(friends)] ?? [])] : [];
      if (theirs.length > 0) return chance.pick(theirs);
    }
    const room = chance.hit(0.75) ? rooms.get(chance.hit(0.7) ? topics[0] : chance.pick(topics)) : undefined;
    return room ? room.list[room.draw(chance)] : drawAnybody(chance);
  };
}

function followBack(
  people: readonly Person[],
  chosen: readonly Set<number>[],
  parted: Society["parted"],
  chance: Chance,
): void {
  const before = chosen.map((all) => [...all]);
  for (const [from, all] of before.entries())
    for (const to of all) {
      const { pull = 1, star = false } = people[to] ?? {};
      if (!star && !parted(to, from) && chance.hit(MUTUAL / Math.sqrt(pull))) chosen[to]?.add(from);
    }
}

/** A few of the made people have had enough of each other. */
function moreBlocks(people: readonly Person[], chance: Chance): [number, number][] {
  const made = people.flatMap(({ made }, place) => (made ? [place] : []));
  return Array.from({ length: Math.floor(made.length / 25) }, (): [number, number] => [
    chance.pick(made),
    chance.pick(made),
  ]).filter(([one, other]) => one !== other);
}
