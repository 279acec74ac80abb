import { chanceOf } from "./chance.ts";
import { character, type Person } from "./person.ts";
import type { Topic } from "./topic.ts";
import { topics } from "./topics/index.ts";

/** A persona as it is here. */
export interface Known {
  readonly name: string;
  readonly id: string;
  readonly handle: string;
}

type Part = Partial<Pick<Person, "pull" | "drive" | "star" | "locked" | "narrow">> & { readonly at: string };

/** What personas are in the network; whoever is not named here is anybody. */
const parts: Readonly<Record<string, Part>> = {
  alice: { at: "cycling", pull: 5, drive: 2 },
  bob: { at: "code", pull: 4, drive: 2 },
  mo: { at: "city", pull: 2, drive: 0.8 },
  admin: { at: "science", pull: 1, drive: 0.2 },
  blake: { at: "football", pull: 3, drive: 2 },
  sam: { at: "films", pull: 4, drive: 2 },
  lola: { at: "photography", pull: 4, drive: 1.5, locked: true },
  pria: { at: "books", pull: 3, drive: 2, narrow: true },
  star: { at: "astronomy", pull: 60, drive: 3, star: true },
};

/** Lets personas take part: as people like the others, but for what they are there to show. */
export function castOf(seed: number, known: readonly Known[]): Person[] {
  return known.map(({ name, id, handle }) => {
    const { at, ...part } = parts[name] ?? { at: "everyday" };
    const chance = chanceOf(seed, "persona", name);
    const home = topics.find((topic) => topic.name === at) ?? (topics[0] as Topic);
    return {
      ...character(chance, home, undefined),
      ...{ id, handle, displayName: handle, bio: "", registeredAt: 0, made: false },
      ...{ star: false, locked: false, narrow: false },
      ...part,
    };
  });
}
