import { BUCKETS, tagOfBucket } from "./buckets.ts";

/** The names under which posts and shares lie in Redis. */
export interface HotKeys {
  /** Of a post or a share: see layout.ts. */
  place(id: string): string;
  card(id: string): string;
}

/** Makes names out of the incarnation that holds: copies of former ones are under names that nobody asks for. */
export type KeysOf = (incarnation: string) => HotKeys;

/** Ids end in random digits, so those choose the bucket. What was copied before the database was restored counts for nothing. */
export function createKeys(database: string): KeysOf {
  let made: { incarnation: string; keys: HotKeys } | undefined;
  return (incarnation) => {
    if (made?.incarnation !== incarnation)
      made = { incarnation, keys: keysOf(`${database.slice(0, 8)}.${incarnation}`) };
    return made.keys;
  };
}

function keysOf(incarnation: string): HotKeys {
  const ends = new Map<string, string>();
  for (let end = 0; end < 256; end++)
    ends.set(end.toString(16).padStart(2, "0"), `timeline:${tagOfBucket(end % BUCKETS)}:post:${incarnation}:`);
  const place = (id: string) => {
    const before = ends.get(id.slice(-2));
    if (!before) throw new Error(`${id} is no id`);
    return before + id;
  };
  return { place, card: (id) => `${place(id)}:card` };
}
