import { clone, create } from "@bufbuild/protobuf";
import {
  TimelineMode as Mode,
  TimelineSettings_ReplySetting as Replies,
  type TimelineSettings,
  TimelineSettingsSchema,
  type WeightFactors,
  WeightFactorsSchema,
} from "#gen/skein/timeline/v1/timeline_pb.ts";
import { factorOf } from "./base-score.ts";

/** Settings as they are read: nothing is left unsaid. */
export function settled(settings: TimelineSettings = create(TimelineSettingsSchema)): TimelineSettings {
  const said = clone(TimelineSettingsSchema, settings);
  said.mode ||= Mode.RANKED;
  said.replies ||= Replies.FOLLOWED;
  said.factors = settledFactors(said.factors);
  return said;
}

const settledFactors = (factors: WeightFactors = create(WeightFactorsSchema)): WeightFactors =>
  create(WeightFactorsSchema, {
    likes: factorOf(factors.likes),
    replies: factorOf(factors.replies),
    shares: factorOf(factors.shares),
    age: factorOf(factors.age),
    affinity: factorOf(factors.affinity),
  });
