import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Role } from "#gen/skein/options/v1/options_pb.ts";

/** Somebody to try things as. Handles may not be reserved words, names may. */
export interface Persona {
  readonly name: string;
  readonly handle: string;
  readonly email: string;
  readonly displayName: string;
  readonly role?: Role;
  readonly title?: string;
}

/** DEV ONLY: everybody knows it. */
export const personaPassword = "skein-dev-only";

export const personas: readonly Persona[] = [
  { name: "alice", handle: "alice", email: "alice@skein.test", displayName: "Alice" },
  { name: "bob", handle: "bob", email: "bob@skein.test", displayName: "Bob" },
  {
    name: "mo",
    handle: "mo",
    email: "mo@skein.test",
    displayName: "Mo",
    role: Role.MODERATOR,
    title: "moderator",
  },
  {
    name: "admin",
    handle: "ada",
    email: "admin@skein.test",
    displayName: "Ada",
    role: Role.ADMIN,
    title: "administrator",
  },
  // For the states in which one meets others; see persona-states.ts.
  { name: "blake", handle: "blake", email: "blake@skein.test", displayName: "Blake", title: "blocked" },
  { name: "sam", handle: "sam", email: "sam@skein.test", displayName: "Sam", title: "suspended" },
  { name: "lola", handle: "lola", email: "lola@skein.test", displayName: "Lola", title: "locked" },
  { name: "pria", handle: "pria", email: "pria@skein.test", displayName: "Pria", title: "private" },
  { name: "star", handle: "star", email: "star@skein.test", displayName: "Star", title: "celebrity" },
];

/** The persona whom moderation has shut out. */
export const suspended = "sam";

const pathOf = (home: string): string => join(home, "personas.json");

/** Account ids of the personas that were made under a home, by name; nothing if nobody ever began to make them. */
export function knownPersonas(home: string): Readonly<Record<string, string>> | undefined {
  try {
    return JSON.parse(readFileSync(pathOf(home), "utf8")) as Record<string, string>;
  } catch {
    return undefined;
  }
}

/** Whether all personas are there. */
export const allPersonas = (home: string): boolean => Object.keys(knownPersonas(home) ?? {}).length === personas.length;

/** Remembers which personas are there; an empty list says that they are being made. */
export function rememberPersonas(home: string, ids: Readonly<Record<string, string>>): void {
  writeFileSync(pathOf(home), `${JSON.stringify(ids, null, 2)}\n`, { mode: 0o600 });
}
