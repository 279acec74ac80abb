import { create } from "@bufbuild/protobuf";
import { inject, onTestFinished } from "vitest";
import { type Profile, ProfileSchema } from "#gen/skein/identity/v1/account_pb.ts";
import { type CacheOptions, createCache, type Found, type KeptById } from "../cache.ts";
import { realLent } from "../lent.ts";
import { openRedis, type RedisOptions } from "../redis.ts";

/** The Redis of this test run. */
export const redisUrl = process.env.TEST_REDIS_URL ?? inject("servers").redis;

const { chance, ids } = realLent();

/** Profiles, cached for a minute under their account's id. */
export const kept: KeptById<typeof ProfileSchema> = {
  schema: ProfileSchema,
  ttlMs: 60_000,
  key: (id) => `profile:${id}`,
  versionOf: ({ version }) => version,
};

/** A profile whose handle tells its version. */
export const profile = (accountId: string, version = 1n): Profile =>
  create(ProfileSchema, { accountId, version, handle: `${accountId}-${version}` });

/** A table that counts how it is asked, and that a test can hold back: what it saw is old when it answers. */
export function createTable(...rows: Profile[]) {
  const stored = new Map(rows.map((row) => [row.accountId, row]));
  const asked: string[][] = [];
  let gate = Promise.resolve();
  return {
    asked,
    async load(wanted: readonly string[]): Promise<Map<string, Profile>> {
      asked.push([...wanted]);
      const seen = new Map([...stored].filter(([id]) => wanted.includes(id)));
      await gate;
      return seen;
    },
    hold() {
      const { promise, resolve } = Promise.withResolvers<void>();
      gate = promise;
      return () => {
        gate = Promise.resolve();
        resolve();
      };
    },
    set: (row: Profile) => void stored.set(row.accountId, row),
  };
}

/** A cache on a namespace of its own, with what it counted; closed when the test ends. */
export async function openCache({
  at = redisUrl,
  ...more
}: Partial<CacheOptions & RedisOptions> & { at?: string } = {}) {
  let trips = 0;
  const redis = openRedis(at, { namespace: `test-${ids.next()}`, chance, onTrip: () => void trips++, ...more });
  onTestFinished(() => redis[Symbol.asyncDispose]());
  await redis.whenUp();
  const outcomes: Record<string, number> = {};
  const count = (outcome: string, keys: number) => {
    outcomes[outcome] = (outcomes[outcome] ?? 0) + keys;
  };
  const cache = createCache(redis, { service: "identity", chance, count, ...more });
  return { redis, cache, outcomes, trips: () => trips };
}

/** What was found, as "handle source". */
export const handles = async (found: Promise<Map<string, Found<Profile>>>): Promise<string[]> =>
  [...(await found).values()].map(({ value, source }) => `${value.handle} ${source}`).sort();
