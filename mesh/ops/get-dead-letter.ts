import type { OpsService } from "#gen/skein/ops/v1/ops_service_pb.ts";
import type { Rpc } from "../service.ts";
import { sql } from "../store/sql.ts";
import { opsFailure } from "./failures.ts";
import { type LetterRow, letterMessage } from "./letter.ts";
import type { OpsParts } from "./parts.ts";

/** One event that could not be applied, with its payload. */
export const getDeadLetter =
  ({ db }: OpsParts): Rpc<typeof OpsService.method.getDeadLetter> =>
  async ({ id }) => {
    const [row] =
      await db.query<LetterRow>(sql`select id, consumer, source, partition, seq, at, type, subject_id, payload,
      trace, cause, attempts, parked_at from dead_letter where id = ${id}`);
    if (!row) throw opsFailure("DEAD_LETTER_UNKNOWN");
    return { deadLetter: letterMessage(row) };
  };
