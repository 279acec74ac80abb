import type { MessageInitShape } from "@bufbuild/protobuf";
import type { ScoreTermSchema } from "#gen/skein/timeline/v1/timeline_pb.ts";
import { ageFactor, ageHours, factorOf, type Signals, type Weights } from "./base-score.ts";
import { feedbackFactor } from "./feedback.ts";
import { affinityFactor, type Grounds, type Ranked } from "./rank.ts";

type Term = MessageInitShape<typeof ScoreTermSchema> & { readonly name: string; readonly contribution: number };

/** What the score of a place is made of: (1 + likes + replies + shares) * age * affinity * feedback * moderation. */
export function scoreTerms(
  signals: Signals,
  place: Ranked,
  grounds: Pick<Grounds, "affinity" | "feedback" | "factors">,
  weights: Weights,
  atMs: number,
): Term[] {
  const { affinity, feedback, factors } = grounds;
  const engagement = (name: "likes" | "replies" | "shares"): Term => {
    const weight = weights[name] * factorOf(factors?.[name]);
    return { name, value: signals[name], weight, contribution: signals[name] * weight };
  };
  const factor = (name: string, value: number, weight: number, contribution: number): Term => ({
    ...{ name, value, weight, contribution },
  });
  const closeness = Math.max(affinity.get(place.authorId) ?? 1, affinity.get(place.actorId) ?? 1);
  const wish = feedback.get(place.authorId) ?? 0;
  return [
    ...(["likes", "replies", "shares"] as const).map(engagement),
    factor(
      ...(["age", ageHours(signals.createdMs, atMs), weights.gravity * factorOf(factors?.age)] as const),
      ageFactor(signals.createdMs, atMs, weights, factors),
    ),
    factor("affinity", closeness, factorOf(factors?.affinity), affinityFactor(place, grounds)),
    factor("feedback", wish, 1, feedbackFactor(wish)),
    factor("moderation", signals.moderation, 1, 1 - signals.moderation),
  ];
}
