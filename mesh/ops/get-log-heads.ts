import type { OpsService } from "#gen/skein/ops/v1/ops_service_pb.ts";
import { logHeads } from "../log/read-log.ts";
import type { Rpc } from "../service.ts";
import type { OpsParts } from "./parts.ts";

/** How far this service's log reaches. */
export const getLogHeads =
  ({ db }: OpsParts): Rpc<typeof OpsService.method.getLogHeads> =>
  async () => ({ heads: await logHeads(db.query), incarnation: await db.incarnation() });
