import type { DescService } from "@bufbuild/protobuf";
import type { Client } from "@connectrpc/connect";
import type { TestMesh } from "#mesh/testing.ts";
import { type KindName, kindNames } from "./kinds.ts";
import type { Person, Thing } from "./things.ts";
import type { Cast } from "./viewers.ts";

/** Everybody, and everything they wrote. */
export interface Town {
  readonly mesh: TestMesh;
  readonly cast: Cast;
  readonly authors: readonly Person[];
  /** An id and a handle that nobody has. */
  readonly nobody: Person;
  /** The viewer's list, on which everybody is who was not taken off. */
  readonly listId: string;
  /** What answers may tell of, by the words and ids that give it away. */
  readonly marks: Map<string, Thing>;
  readonly things: Map<string, Thing>;
  /** What was said about what nobody has, so that it is asked once. */
  readonly answersToNobody: Map<string, Promise<string>>;
  client<S extends DescService>(contract: S): Client<S>;
}

/** Something that somebody wrote, by whom and of which kind. */
export function written(town: Town, person: Person, kind: string): Thing {
  const found = town.things.get(`${person.name}'s ${kind}`);
  if (!found) throw new Error(`${person.name} wrote no ${kind}`);
  return found;
}

/** All that an author wrote. */
export const writtenBy = (town: Town, author: Person, kinds: readonly KindName[] = kindNames): Thing[] =>
  kinds.map((kind) => written(town, author, kind));

/** Lets answers be searched for something. */
export function mark(town: Town, thing: Thing, ...words: string[]): Thing {
  for (const word of [thing.id, ...words]) town.marks.set(word, thing);
  town.things.set(thing.name, thing);
  return thing;
}
