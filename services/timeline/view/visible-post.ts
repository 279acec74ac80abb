import { Verdict } from "#gen/skein/common/v1/visibility_pb.ts";
import { Surface } from "#gen/skein/options/v1/options_pb.ts";
import type { Context } from "#mesh/context.ts";
import type { Deps } from "../deps.ts";
import { readCards } from "../hot/cards.ts";
import { type Gate, gate, gateConsumers } from "./gate.ts";
import type { Card } from "./shapes.ts";

/** A post that its viewer may see, and what is between the two. */
export interface VisiblePost {
  readonly card: Card;
  readonly gate: Gate;
}

/** The post, if the caller may see it at all; undefined like for an id that nobody ever gave out. */
export async function visiblePost(deps: Deps, ctx: Context, postId: string): Promise<VisiblePost | undefined> {
  const { satisfied } = await deps.feeds.readInfo(ctx, "keep-posts", ...gateConsumers);
  const card = (await readCards(deps, [postId])).get(postId);
  const about = { accounts: card ? [card.authorId] : [], posts: [postId], doubted: !satisfied };
  const opened = await gate(deps, ctx, ctx.actor?.accountId, Surface.PROFILE, about);
  if (!card || card.deleted) return undefined;
  const { verdict } = opened.judge(card, { surface: Surface.PROFILE });
  return verdict === Verdict.HIDE ? undefined : { card, gate: opened };
}
