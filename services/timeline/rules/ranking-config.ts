import { create } from "@bufbuild/protobuf";
import { type RankingConfig, RankingConfigSchema } from "#gen/skein/timeline/v1/timeline_pb.ts";

/** The weights that hold until somebody sets others. */
export const FIRST_WEIGHTS: RankingConfig = create(RankingConfigSchema, {
  ...{ version: 1n, likes: 1, replies: 2.5, shares: 3, gravity: 1.8, offsetHours: 2, rerankTop: 20 },
});
