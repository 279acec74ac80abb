import { type Chance, chanceOf, drawer } from "./chance.ts";
import { idAt } from "./id-at.ts";
import { nameOf } from "./names.ts";
import { phrase } from "./phrase.ts";
import type { Topic } from "./topic.ts";
import { everyday } from "./topics/everyday.ts";
import { topics } from "./topics/index.ts";
import { japanese, portuguese, spanish } from "./topics/more-tongues.ts";
import { french, german, type Tongue } from "./topics/tongues.ts";

/** Somebody in the network. */
export interface Person {
  readonly id: string;
  readonly handle: string;
  readonly displayName: string;
  readonly bio: string;
  readonly registeredAt: number;
  /** False for those who were here before: they are not made, but they take part. */
  readonly made: boolean;
  /** At home in the first of them. */
  readonly topics: readonly Topic[];
  /** Absent for those who write English. */
  readonly tongue: Tongue | undefined;
  /** How much others want to read them: few are read by many. */
  readonly pull: number;
  /** How much they write. */
  readonly drive: number;
  /** Followed by most, whatever they write about. */
  readonly star: boolean;
  readonly locked: boolean;
  /** Writes for followers, or for nobody. */
  readonly narrow: boolean;
  /** Hours by which their day begins earlier or later than UTC's. */
  readonly shift: number;
}

/** Whoever registers in the network did so in these months, whenever it is made: their ids depend on nothing else. */
const REGISTERED = { from: Date.UTC(2025, 2, 1), until: Date.UTC(2026, 8, 1) };
const drawTopic = drawer(topics.map((_, place) => 1 / (place + 4)));
const tongues: readonly (Tongue | undefined)[] = [german, spanish, french, portuguese, japanese];
const drawTongue = drawer([16, 1.2, 1, 0.8, 0.6, 0.4]);

/** One of the people that a seed makes. Whoever has the same seed and number is the same person. */
export function personAt(seed: number, place: number): Person {
  const chance = chanceOf(seed, "person", place);
  const registeredAt = Math.floor(REGISTERED.from + chance.next() * (REGISTERED.until - REGISTERED.from));
  const home = topics[drawTopic(chance)] as Topic;
  const tongue = drawTongue(chance);
  const { displayName, handle } = nameOf(chance);
  const person = {
    ...character(chance, home, tongue === 0 ? undefined : tongues[tongue - 1]),
    ...{ id: idAt(registeredAt, chance), handle, registeredAt, made: true },
    ...{ star: false, locked: chance.hit(0.03), narrow: chance.hit(0.01) },
  };
  const name = chance.hit(0.22) ? `${displayName} ${home.sign}` : displayName;
  return { ...person, displayName: name, bio: bioOf(person, chance) };
}

/** What kind of person somebody is, by chance. */
export function character(chance: Chance, home: Topic, tongue: Tongue | undefined) {
  const others = Array.from({ length: chance.below(3) }, () => topics[drawTopic(chance)] as Topic);
  return {
    topics: [home, ...others],
    tongue,
    pull: Math.min(60, (1 - chance.next()) ** (-1 / 1.3)),
    drive: Math.exp(chance.normal() * 1.1),
    shift: tongue ? 1 : chance.pick([-8, -5, -3, 0, 0, 1, 1, 2, 9]),
  };
}

function bioOf({ topics: [home], tongue }: Pick<Person, "topics" | "tongue">, chance: Chance): string {
  if (chance.hit(0.12)) return "";
  const first = tongue ? phrase(chance.pick(tongue.bios), tongue.words, chance) : undefined;
  const second = home && (!first || chance.hit(0.3)) ? phrase(chance.pick(home.bios), home.words, chance) : undefined;
  const third = chance.hit(0.3) ? phrase(chance.pick(everyday.bios), everyday.words, chance) : undefined;
  return [first, second, third].filter((part) => part !== undefined).join(" · ");
}
