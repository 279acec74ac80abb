import { Audience, Verdict } from "#gen/skein/common/v1/visibility_pb.ts";
import type { Surface } from "#gen/skein/options/v1/options_pb.ts";
import { MissingSource } from "#gen/skein/timeline/v1/timeline_pb.ts";
import { type Context, judged } from "#mesh/context.ts";
import { decidePost, type Judgement } from "#mesh/visibility.ts";
import type { Deps } from "../deps.ts";
import { type About, type Relations, readBetween } from "../store/relations.ts";
import type { Trust } from "../store/trust.ts";
import { askOwner } from "./ask-owner.ts";
import type { Between, Card, Entry } from "./shapes.ts";

/** Whoever reads through the gate honours its caller's token for these: `feeds.readInfo(ctx, ...gateConsumers)`. */
export const gateConsumers = ["keep-edges", "keep-accounts"] as const;

/** What is between a viewer and a page, and the decision that rests on it. */
export interface Gate extends Omit<Relations, "between"> {
  /** Lacks whoever nothing current is known about: nothing of theirs is shown. */
  readonly between: ReadonlyMap<string, Between>;
  /** VISIBILITY where accounts had to be left out for want of current knowledge. */
  readonly missing: readonly MissingSource[];
  /** May the viewer see the post here; and if somebody's share brought it, the share? */
  judge(card: Judged, how: { readonly surface: Surface; readonly share?: Sharing | undefined }): Judgement;
}

type Judged = Pick<Card, "authorId" | "audience" | "mentioned">;
type Sharing = Pick<Entry, "actorId">;

/**
 * Everything that timeline shows passes here. What we know decides if it is fresh; otherwise social-graph is asked, once,
 * and whom it could not be asked about is left out. `doubted`: the caller has seen more than what we know.
 */
export async function gate(
  deps: Pick<Deps, "db" | "clock" | "authors" | "accounts" | "config" | "peers" | "freshness" | "log">,
  ctx: Context | undefined,
  viewerId: string | undefined,
  surface: Surface,
  about: About & { readonly doubted?: boolean; readonly trust?: Trust | undefined },
): Promise<Gate> {
  const [relations, freshAsOf] = await Promise.all([readBetween(deps, viewerId, about, about.trust), deps.freshness()]);
  const old = deps.clock.now().getTime() - freshAsOf.getTime() > deps.config.freshWithin;
  const asked =
    old || about.doubted ? await askOwner(deps, viewerId, surface, [...relations.between.keys()]) : undefined;
  if (ctx) judged(ctx);
  const between = asked?.between ?? relations.between;
  return {
    ...relations,
    between,
    missing: asked?.complete === false ? [MissingSource.VISIBILITY] : [],
    judge: judgeWith(between, viewerId),
  };
}

/** Whether what we know of accounts and what is between them may decide. */
export const isFresh = async ({ clock, config, freshness }: Pick<Deps, "clock" | "config" | "freshness">) =>
  clock.now().getTime() - (await freshness()).getTime() <= config.freshWithin;

/** The decision as it follows from what is between the viewer and accounts. */
export const judgeWith =
  (between: ReadonlyMap<string, Between>, viewerId: string | undefined): Gate["judge"] =>
  (card, { surface, share }) =>
    judge(between, viewerId, card, surface, share);

function judge(
  between: ReadonlyMap<string, Between>,
  viewerId: string | undefined,
  { authorId, audience, mentioned }: Judged,
  surface: Surface,
  share: Sharing | undefined,
): Judgement {
  const post = { audience, mentioned: viewerId !== undefined && mentioned.includes(viewerId) };
  const judgement = decidePost(surface, between.get(authorId), post);
  if (!share || judgement.verdict === Verdict.HIDE) return judgement;
  const brought = decidePost(surface, between.get(share.actorId), SHARE);
  return brought.verdict === Verdict.HIDE ? brought : judgement;
}

/** Shares are for everybody; a locked account's for its followers. */
const SHARE = { audience: Audience.PUBLIC, mentioned: false, repost: true } as const;
