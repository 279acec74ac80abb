import { create } from "@bufbuild/protobuf";
import { type Profile, ProfileSchema } from "#gen/skein/identity/v1/account_pb.ts";
import type { Found, KeptById } from "#mesh/cache.ts";
import { sql } from "#mesh/store/sql.ts";
import type { Deps } from "../deps.ts";
import { type ProfileRow, profileOf, type Query } from "./accounts.ts";

const keyOf = (accountId: string) => `profile:${accountId}`;

const kept = ({ config }: Pick<Deps, "config">): KeptById<typeof ProfileSchema> => ({
  schema: ProfileSchema,
  ttlMs: config.profileCache,
  versionOf: ({ version }) => version,
  key: keyOf,
});

/**
 * The profiles that a viewer may see, by id: active ones, and its own in any state. Only active ones are in the cache,
 * and the own one never comes from there, so that nothing that was shown to its owner is shown to others.
 */
export async function profilesFor(
  deps: Deps,
  viewer: string | undefined,
  ids: readonly string[],
): Promise<Map<string, Found<Profile>>> {
  const own = viewer !== undefined && ids.includes(viewer) ? viewer : undefined;
  const others = ids.filter((id) => id !== own);
  let rows: ProfileRow[] | undefined;
  const found = await deps.cache.throughMany(others, kept(deps), async (missing) => {
    rows = await readVisible(deps.db.query, own, missing); // one statement serves both
    return new Map(rows.filter(({ id }) => id !== own).map((row) => [row.id, create(ProfileSchema, profileOf(row))]));
  });
  if (own === undefined) return found;
  rows ??= await readVisible(deps.db.query, own, []);
  const mine = rows.find(({ id }) => id === own);
  return mine ? found.set(own, { value: create(ProfileSchema, profileOf(mine)), source: "load" }) : found;
}

const readVisible = (query: Query, own: string | undefined, ids: readonly string[]) =>
  query<ProfileRow>(sql`select id, handle, display_name, bio, avatar_media_id, state, version, created_at
    from account where (id = any(${ids}::uuid[]) and state = 'ACTIVE') or id = ${own ?? null}::uuid`);

/**
 * Brings the cache to what was just committed. A hidden account leaves a mark with its new version: whoever loaded it
 * while it was visible holds a lower version and cannot bring it back. If Redis takes no note, the job forget-hidden
 * does it from the truth within seconds; a stale name or picture may live on until it expires.
 */
export async function settleProfile(deps: Pick<Deps, "cache" | "config">, row: ProfileRow): Promise<void> {
  if (row.state === "ACTIVE")
    await deps.cache.put(new Map([[row.id, create(ProfileSchema, profileOf(row))]]), kept(deps));
  else await forgetProfiles(deps, [row]);
}

/** Drops profiles from the cache, and anything older than these versions with them. */
export const forgetProfiles = ({ cache }: Pick<Deps, "cache">, rows: readonly Pick<ProfileRow, "id" | "version">[]) =>
  cache.forget(rows.map(({ id, version }) => [keyOf(id), BigInt(version)] as const));
