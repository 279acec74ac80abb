import type { OpsService } from "#gen/skein/ops/v1/ops_service_pb.ts";
import { pageSize } from "../cursor.ts";
import type { Rpc } from "../service.ts";
import { sql } from "../store/sql.ts";
import { type LetterRow, letterMessage } from "./letter.ts";
import type { OpsParts } from "./parts.ts";

/** Events that could not be applied, those that were parked first first; their payloads are asked for one by one. */
export const listDeadLetters =
  ({ db, cursors }: OpsParts): Rpc<typeof OpsService.method.listDeadLetters> =>
  async (request, { method }) => {
    const { consumer, subjectId } = request;
    const limit = pageSize(request.pageSize);
    const [parkedAt, id] = cursors.read(method, request, request.pageToken).after ?? [];
    const rows = await db.query<LetterRow>(sql`select id, consumer, source, partition, seq, at, type, subject_id, trace,
        cause, attempts, parked_at, ''::bytea as payload from dead_letter
      where (${consumer}::text = '' or consumer = ${consumer}) and (${subjectId}::text = '' or subject_id = ${subjectId})
        and (${parkedAt ?? null}::timestamptz is null or (parked_at, id) > (${parkedAt ?? null}::timestamptz, ${id ?? null}::uuid))
      order by parked_at, id limit ${limit + 1}`);
    const { items, nextPageToken } = cursors.page(method, request, rows, limit, (row) => [row.parked_at, row.id]);
    return { deadLetters: items.map(letterMessage), nextPageToken };
  };
