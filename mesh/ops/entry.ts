import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampDate, timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { LogEntrySchema, LogEntry as Message } from "#gen/skein/ops/v1/ops_service_pb.ts";
import type { LogEntry } from "../log/entry.ts";

/** An entry as OpsService sends it. */
export const entryMessage = ({
  subject,
  at,
  payload,
  ...entry
}: LogEntry): MessageInitShape<typeof LogEntrySchema> => ({
  ...entry,
  subjectId: subject,
  at: timestampFromDate(at),
  payload: new Uint8Array(payload),
});

/** An entry as OpsService sent it. */
export const entryOfMessage = ({ partition, seq, at, type, subjectId, payload, trace }: Message): LogEntry => ({
  ...{ partition, seq, type, subject: subjectId, payload, trace },
  at: at ? timestampDate(at) : new Date(0),
});
