import { fromBinary } from "@bufbuild/protobuf";
import type { Relation } from "#gen/skein/common/v1/visibility_pb.ts";
import { Verdict } from "#gen/skein/common/v1/visibility_pb.ts";
import { type Profile, ProfileSchema } from "#gen/skein/identity/v1/account_pb.ts";
import { Surface } from "#gen/skein/options/v1/options_pb.ts";
import { type Context, judged } from "#mesh/context.ts";
import { decide, decideLists } from "#mesh/visibility.ts";
import type { Deps } from "../deps.ts";
import { failure } from "../failures.ts";
import { shownTo } from "../rules/relation.ts";
import { relationsOf, type Tie } from "./relations.ts";

/** An account that the caller may see. */
export interface Seen extends Tie {
  readonly profile: Uint8Array;
}

/** Those of a page of accounts that the caller may see on a surface: whatever shows accounts passes here. */
export async function visibleAccounts(
  deps: Pick<Deps, "db" | "clock">,
  ctx: Context,
  surface: Surface,
  ids: readonly string[],
): Promise<Map<string, Seen>> {
  const ties = await relationsOf(deps, ctx.actor?.accountId, ids);
  judged(ctx);
  return new Map([...ties].filter((entry): entry is [string, Seen] => visible(surface, entry[1])));
}

const visible = (surface: Surface, { relation, profile }: Tie): boolean =>
  profile !== undefined && decide(surface, relation).verdict !== Verdict.HIDE;

/**
 * One account that the caller may see, as `surface` has it. An account that we have not heard of may have registered a
 * moment ago: identity is asked once. Whoever is hidden or blocks the caller costs the same and is the same answer.
 */
export async function requireAccount(
  deps: Pick<Deps, "db" | "clock" | "feeds">,
  ctx: Context,
  surface: Surface,
  id: string,
): Promise<Seen> {
  const known = (await visibleAccounts(deps, ctx, surface, [id])).get(id);
  if (known) return known;
  await deps.feeds.catchUp("identity", id);
  const found = (await visibleAccounts(deps, ctx, surface, [id])).get(id);
  if (!found) throw failure("ACCOUNT_NOT_FOUND");
  return found;
}

/** One account that the caller may do something about; also one that it blocks, whether or not that one blocks back. */
export const requireOther = (deps: Pick<Deps, "db" | "clock" | "feeds">, ctx: Context, id: string): Promise<Seen> =>
  requireAccount(deps, ctx, Surface.SELF, id);

/** Whether an account that the caller may see keeps its followers, and whom it follows, from them. */
export const withholds = ({ relation }: Tie): boolean =>
  decideLists(Surface.RELATIONS, relation).verdict === Verdict.HIDE;

/** The profile that answers show; none where the caller may not see the account. */
export const faceOf = (account: Seen | undefined): { profile?: Profile } =>
  account ? { profile: fromBinary(ProfileSchema, account.profile) } : {};

/** How answers show an account: its profile, and to whom is signed in what is between the two. */
export const shown = (ctx: Context, account: Seen): { profile?: Profile; relation?: Relation } => ({
  ...faceOf(account),
  ...(ctx.actor && { relation: shownTo(account.relation) }),
});
