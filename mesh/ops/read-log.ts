import type { OpsService } from "#gen/skein/ops/v1/ops_service_pb.ts";
import { readLog as readOwnLog } from "../log/read-log.ts";
import type { Rpc } from "../service.ts";
import { entryMessage } from "./entry.ts";
import type { OpsParts } from "./parts.ts";

const USUAL = 500;
const MOST = 2_000;

/** What follows a position in one partition of this service's log. */
export const readLog =
  ({ db }: OpsParts): Rpc<typeof OpsService.method.readLog> =>
  async ({ partition, after, limit }) => {
    const { entries, head, tooOld } = await readOwnLog(db.query, partition, after, Math.min(limit || USUAL, MOST));
    return { entries: entries.map(entryMessage), head, tooOld, incarnation: await db.incarnation() };
  };
