import type { Deps } from "../deps.ts";
import { homesKey } from "./buckets.ts";
import { type HotWrite, KEEP, keepArgs } from "./keep-script.ts";
import type { HotKeys } from "./keys.ts";

/** What copies in Redis are reached with. */
export type CopyDeps = Pick<Deps, "redis" | "homes" | "keysOf">;

/** One bucket's incarnation stands for all copies of posts: what a Redis forgets, it forgets of all buckets. */
export const CANARY = homesKey(0);

/** Values by key in one trip; undefined if Redis is away, fails, or is not the one that was written to. */
export async function readCopies(
  deps: CopyDeps,
  keys: (keys: HotKeys) => string[],
): Promise<readonly (Buffer | null)[] | undefined> {
  const incarnation = await incarnationNow(deps);
  if (incarnation === undefined) return undefined;
  const asked = keys(deps.keysOf(incarnation));
  asked.push(CANARY);
  const values = await deps.redis.getMany(asked).catch(() => undefined);
  if (values?.at(-1)?.toString() === incarnation) return values;
  if (values) deps.homes.incarnations.doubt();
  return undefined;
}

/**
 * Writes copies in one trip, and tells all processes to ask for these anew. False: Redis may know something older than this,
 * and the writes have to come again.
 */
export async function keepCopies(
  deps: CopyDeps,
  writes: readonly HotWrite[],
  told: readonly string[] = writes.map(({ id }) => id),
): Promise<boolean> {
  if (writes.length === 0 && told.length === 0) return true;
  for (let attempt = 1; attempt <= 2; attempt++) {
    const incarnation = await incarnationNow(deps);
    if (incarnation === undefined) return false;
    const keys = deps.keysOf(incarnation);
    const touched = writes.flatMap(({ id }) => [keys.place(id), keys.card(id)]);
    const done = await deps.redis
      .run(KEEP, [CANARY, ...touched], [incarnation, ...keepArgs(writes, told)])
      .catch(() => false);
    if (done === 1) return true;
    if (done === false) return false;
    deps.homes.incarnations.doubt(); // others have moved on: once more, with what holds now
  }
  return false;
}

/** Undefined while Redis is away. */
export async function incarnationNow({ redis, homes: { incarnations } }: CopyDeps): Promise<string | undefined> {
  if (!redis.up) return undefined;
  const known = incarnations.of(0);
  if (known !== undefined) return known;
  await incarnations.settle().catch(() => undefined);
  return incarnations.of(0);
}
