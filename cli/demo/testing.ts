import { castOf, type Known } from "./cast.ts";
import { apart } from "./names.ts";
import { type Person, personAt } from "./person.ts";
import { type Plan, planOf, type Size } from "./plan.ts";

const personas = ["alice", "bob", "blake", "lola", "pria", "star"];

/** Personas as they would be after their registration. */
export const known: readonly Known[] = personas.map((name, place) => ({
  ...{ name, handle: name },
  id: `019a0000-0000-7000-8000-00000000000${place}`,
}));

/** The moment at which the networks of tests are made. */
export const NOW = new Date("2026-11-21T12:00:00Z");

/** Everybody in a network, and what they do. */
export function planned(size: Partial<Size> = {}): { people: Person[]; plan: Plan; byId: Map<string, Person> } {
  const all = { seed: 1, accounts: 200, posts: 4_000, ...size };
  const made = Array.from({ length: all.accounts }, (_, place) => personAt(all.seed, place));
  const handles = apart(made.map(({ handle }) => handle));
  const named = made.map((person, place) => ({ ...person, handle: handles[place] ?? "" }));
  const people = [...castOf(all.seed, known), ...named];
  const plan = planOf(all, people, personas, NOW);
  return { people, plan, byId: new Map(people.map((person) => [person.id, person])) };
}

/** How often each value is there, the most frequent first. */
export function tally<T>(values: readonly T[]): [value: T, times: number][] {
  const times = new Map<T, number>();
  for (const value of values) times.set(value, (times.get(value) ?? 0) + 1);
  return [...times].sort((a, b) => b[1] - a[1]);
}
