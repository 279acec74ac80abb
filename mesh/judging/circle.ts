import { Audience } from "#gen/skein/common/v1/visibility_pb.ts";
import { Circle, type PostCard } from "#gen/skein/content/v1/post_pb.ts";
import type { Facts } from "../visibility.ts";

/** A post that a viewer sees, and what the two are to each other. */
export interface Approached {
  readonly record: { readonly card: PostCard };
  readonly subject: { readonly facts: Facts; readonly mayReply: boolean };
}

/** Whether an account is in a circle around a post's author, who always is. Unspecified means everybody. */
export function inCircle(circle: Circle | undefined, facts: Facts, mentioned: boolean): boolean {
  if (facts?.self) return true;
  if (!circle || circle === Circle.EVERYONE) return true;
  if (circle === Circle.FOLLOWERS) return facts?.following ?? false;
  return circle === Circle.MENTIONED && mentioned;
}

/** May the viewer reply? The author's account settings bound what the post allows. */
export const mayReply = ({ record: { card }, subject }: Approached, viewerId: string): boolean =>
  (subject.facts?.self || subject.mayReply) &&
  inCircle(card.policy?.reply, subject.facts, card.mentionedIds.includes(viewerId));

/** May the viewer quote? What is not for everybody is quoted by its author alone, for a quote names it to whoever reads it. */
export const mayQuote = ({ record: { card }, subject }: Approached, viewerId: string): boolean =>
  (subject.facts?.self || card.audience === Audience.PUBLIC) &&
  inCircle(card.policy?.quote, subject.facts, card.mentionedIds.includes(viewerId));
