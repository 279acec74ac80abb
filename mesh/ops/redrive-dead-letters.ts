import type { OpsService } from "#gen/skein/ops/v1/ops_service_pb.ts";
import { redrive } from "../log/dead-letters.ts";
import type { Rpc } from "../service.ts";
import { handleNamed } from "./handle-named.ts";
import type { OpsParts } from "./parts.ts";

const USUAL = 100;
const MOST = 1_000;

/** Applies parked events again. Letters of a consumer that is no more stay where they are, and say so. */
export const redriveDeadLetters =
  (parts: OpsParts): Rpc<typeof OpsService.method.redriveDeadLetters> =>
  async ({ consumer, subjectId, limit }, { signal }) => {
    const which = { consumer, subject: subjectId, limit: Math.min(limit || USUAL, MOST) };
    const { applied, stopped, left } = await redrive({ db: parts.db, signal }, which, (tx, entry, name, source) =>
      handleNamed(parts.consumers, name).apply(tx, source, entry),
    );
    return { applied, stopped, left: BigInt(left) };
  };
