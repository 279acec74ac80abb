import { type DescMessage, fromBinary, type JsonValue, toJson } from "@bufbuild/protobuf";
import { timestampDate } from "@bufbuild/protobuf/wkt";
import type { LogEntry } from "#gen/skein/ops/v1/ops_service_pb.ts";
import { safe } from "../log/line.ts";

/** An event as it is shown, its payload decoded if this checkout knows its contract. */
export interface Shown {
  readonly service: string;
  readonly partition: number;
  readonly seq: string;
  readonly at: string;
  readonly type: string;
  readonly subject: string;
  readonly trace?: string;
  readonly event?: JsonValue;
  /** What could not be decoded. */
  readonly payload?: string;
}

/** Decodes an entry. */
export function shown(service: string, entry: LogEntry, schemas: ReadonlyMap<string, DescMessage>): Shown {
  const { partition, seq, at, type, subjectId: subject, trace, payload } = entry;
  return {
    ...{ service, partition, seq: String(seq), at: (at ? timestampDate(at) : new Date(0)).toISOString() },
    ...{ type, subject, ...(trace && { trace }) },
    ...decoded(schemas.get(type), payload),
  };
}

function decoded(schema: DescMessage | undefined, payload: Uint8Array): Pick<Shown, "event" | "payload"> {
  try {
    if (schema) return { event: toJson(schema, fromBinary(schema, payload)) };
  } catch {
    // what somebody else's build wrote is shown as it is
  }
  return { payload: Buffer.from(payload).toString("base64") };
}

/** One line for people. */
export function eventLine({ service, partition, seq, at, type, subject, event, payload }: Shown): string {
  const what = event === undefined ? `not decodable: ${payload}` : JSON.stringify(event);
  return safe(
    [at.slice(11, 23), service, `${partition}/${seq}`.padEnd(6), type.split(".").at(-1), subject, what].join("  "),
  );
}
