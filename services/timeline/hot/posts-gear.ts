import { createFlights, type Flights } from "#mesh/cache/single-flight.ts";
import type { Bare } from "../deps.ts";
import type { Entry } from "../view/shapes.ts";
import { createKeys, type KeysOf } from "./keys.ts";
import { createMemory, type Known, type Memory } from "./memory.ts";

/** What this process remembers of posts, and how it finds them in Redis. */
export interface PostsGear {
  readonly keysOf: KeysOf;
  readonly posts: Memory<Known>;
  readonly shares: Memory<Entry>;
  readonly flights: Flights;
}

export const createPostsGear = async ({ db, config }: Bare): Promise<PostsGear> => ({
  keysOf: createKeys(await db.incarnation()),
  posts: createMemory(config.cardMemory),
  shares: createMemory(config.cardMemory),
  flights: createFlights(),
});
