import { createFlights, type Flights } from "#mesh/cache/single-flight.ts";
import type { Bare } from "../deps.ts";
import type { Entry } from "../view/shapes.ts";
import { createKeys, type KeysOf } from "./keys.ts";
import { createMemory, type Known, type Memory } from "./memory.ts";
import { createPlaceNews, type PlaceNews } from "./place-news.ts";

/** What this process remembers of posts, and how it finds them in Redis. */
export interface PostsGear {
  readonly keysOf: KeysOf;
  readonly posts: Memory<Known>;
  readonly shares: Memory<Entry>;
  readonly flights: Flights;
  /** What may be shown of places without a look at Redis, and the news that say when not. */
  readonly placeNews: PlaceNews;
}

export const createPostsGear = async ({ db, config, clock }: Bare): Promise<PostsGear> => ({
  keysOf: createKeys(await db.incarnation()),
  posts: createMemory(config.cardMemory),
  shares: createMemory(config.cardMemory),
  flights: createFlights(),
  placeNews: createPlaceNews(config.cardMemory, () => clock.now().getTime()),
});
