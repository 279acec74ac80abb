import type { ProjectionAdminService } from "#gen/skein/timeline/v1/projection_admin_service_pb.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { readRanking } from "../store/ranking.ts";

/** The weights that hold now, from where they are kept: whoever changes them must not be told of a memory. */
export const getRankingConfig =
  ({ db }: Deps): Rpc<typeof ProjectionAdminService.method.getRankingConfig> =>
  async () => ({ config: (await readRanking(db)).config });
