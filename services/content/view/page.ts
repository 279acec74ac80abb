import { Verdict } from "#gen/skein/common/v1/visibility_pb.ts";
import type { Profile } from "#gen/skein/identity/v1/account_pb.ts";
import type { Surface } from "#gen/skein/options/v1/options_pb.ts";
import { type Context, judged } from "#mesh/context.ts";
import { decide } from "#mesh/visibility.ts";
import type { Deps } from "../deps.ts";
import { failure } from "../failures.ts";
import { readProfiles } from "../store/accounts.ts";
import { filtersOf } from "../store/filters.ts";
import { hydrate } from "./hydrate.ts";
import { type PostInit, present } from "./present.ts";
import { isThere, type PostRecord } from "./record.ts";
import { NOBODY, relate } from "./relations.ts";
import { type Seen, type SeenPost, visible } from "./visible.ts";

/**
 * What the caller may see of these posts, their own filters heeded: two statements and one call, which tells about the
 * accounts `also` too. Ids are written small.
 */
export async function look(
  deps: Deps,
  ctx: Context,
  ids: readonly string[],
  also: readonly string[] = [],
): Promise<Seen> {
  const viewerId = ctx.actor?.accountId;
  const [records, filters] = await Promise.all([
    hydrate(deps.db, viewerId, ids),
    viewerId === undefined || ids.length === 0 ? undefined : filtersOf(deps.db, viewerId, ctx.now),
  ]);
  return visible(deps, ctx, records.values(), { filters, also: withNobody(records, ids, also) });
}

/** The accounts to ask about beside authors; somebody is asked about even if a post is not there. */
const withNobody = (
  records: ReadonlyMap<string, PostRecord>,
  ids: readonly string[],
  also: readonly string[] = [],
): readonly string[] => (ids.every((id) => isThere(records.get(id))) ? also : [...also, NOBODY]);

/** The posts of a page that the caller may see, in the order asked. */
export async function page(deps: Deps, ctx: Context, ids: readonly string[]): Promise<PostInit[]> {
  const wanted = ids.map((id) => id.toLowerCase());
  return present(await look(deps, ctx, wanted), wanted);
}

/** One post that the caller may see, for doing something with it: one statement and one call. POST_NOT_FOUND otherwise. */
export async function visiblePost(deps: Deps, ctx: Context, postId: string): Promise<SeenPost> {
  const id = postId.toLowerCase();
  const records = await hydrate(deps.db, ctx.actor?.accountId, [id]);
  const seen = (await visible(deps, ctx, records.values(), { also: withNobody(records, [id]) })).posts.get(id);
  if (!seen) throw failure("POST_NOT_FOUND");
  return seen;
}

/** The profiles of accounts that the caller may see here, in the order asked: one statement and one call. */
export async function visibleProfiles(
  deps: Deps,
  ctx: Context,
  surface: Surface,
  accountIds: readonly string[],
): Promise<Profile[]> {
  const [profiles, relations] = await Promise.all([
    readProfiles(deps.db.query, accountIds),
    relate(deps, ctx.actor?.accountId, surface, accountIds),
  ]);
  judged(ctx);
  return accountIds.flatMap((id) => {
    const profile = profiles.get(id);
    return profile && decide(surface, relations(id).facts).verdict !== Verdict.HIDE ? [profile] : [];
  });
}
