import { type Audience, Verdict } from "#gen/skein/common/v1/visibility_pb.ts";
import { Surface } from "#gen/skein/options/v1/options_pb.ts";
import { decide, decideLists, decidePost, type Judgement } from "#mesh/visibility.ts";
import type { Relation } from "./relations.ts";
import type { Viewer } from "./viewers.ts";

/** Somebody of the town. */
export interface Person {
  readonly name: string;
  readonly id: string;
  readonly handle: string;
  /** Authors have one to the viewer. */
  readonly relation?: Relation;
  /** The account as something that is seen or not. */
  readonly account: Thing;
}

/** An account, a post or a hashtag that nobody else uses: what answers tell of, or keep to themselves. */
export interface Thing {
  /** For people: "blocker" or "blocker's main". */
  readonly name: string;
  readonly id: string;
  readonly of: Person;
  /** Absent for accounts. */
  readonly post?: { readonly audience: Audience; readonly mentions: readonly Person[]; readonly gone: boolean };
}

/** What the rules say, given what the table knows: never what the product knows. */
export function judgement(viewer: Viewer, { of, post }: Thing, surface: Surface): Judgement | undefined {
  const facts = viewer.knows(of);
  if (!post) return decide(surface, facts);
  if (post.gone) return undefined;
  const mentioned = viewer.person !== undefined && post.mentions.includes(viewer.person);
  return decidePost(surface, facts, { audience: post.audience, mentioned });
}

/** Whether the viewer gets to see it there, folded or not. */
export function sees(viewer: Viewer, thing: Thing, surface: Surface): boolean {
  const judged = judgement(viewer, thing, surface);
  return judged !== undefined && judged.verdict !== Verdict.HIDE;
}

/** Whether the viewer gets to see whom somebody follows and who follows them. */
export const seesLists = (viewer: Viewer, person: Person): boolean =>
  decideLists(Surface.RELATIONS, viewer.knows(person)).verdict !== Verdict.HIDE;
