import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { DeadLetterSchema } from "#gen/skein/ops/v1/ops_service_pb.ts";
import { entryMessage } from "./entry.ts";

/** A dead letter as it lies in the table. */
export interface LetterRow {
  readonly id: string;
  readonly consumer: string;
  readonly source: string;
  readonly partition: number;
  readonly seq: string;
  readonly at: string;
  readonly type: string;
  readonly subject_id: string;
  readonly payload: Buffer;
  readonly trace: string;
  readonly cause: string;
  readonly attempts: number;
  readonly parked_at: string;
}

/** A dead letter as OpsService sends it. */
export const letterMessage = (row: LetterRow): MessageInitShape<typeof DeadLetterSchema> => {
  const { id, consumer, source, cause, attempts, partition, type, payload, trace } = row;
  const entry = { partition, type, payload, trace, subject: row.subject_id };
  return {
    ...{ id, consumer, source, cause, attempts },
    parkedAt: timestampFromDate(new Date(row.parked_at)),
    entry: entryMessage({ ...entry, seq: BigInt(row.seq), at: new Date(row.at) }),
  };
};
