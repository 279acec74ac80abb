import { headers, type MsgHdrs } from "@nats-io/transport-node";
import { PARTITIONS } from "../partition.ts";
import { parseTraceparent } from "../telemetry/trace.ts";
import { idOf, type LogEntry } from "./entry.ts";

/** An entry as it travels: a CloudEvent 1.0 in binary mode, with the attributes in headers. */
export interface Envelope {
  readonly subject: string;
  readonly headers: MsgHdrs;
}

/** A message as it comes from NATS, from whomever. */
export interface Message {
  readonly subject: string;
  readonly headers?: MsgHdrs | undefined;
  readonly data: Uint8Array;
}

const TYPE = /^[A-Za-z_][\w]*(\.[A-Za-z_]\w*)*$/;
/** Positions are written with all their digits, so that they sort as texts too. */
const DIGITS = 19;

/** Where a service's entries travel, all of them. */
export const subjectsOf = (namespace: string, service: string): string => `${namespace}.evt.${service}.>`;

const subjectOf = (namespace: string, service: string, { partition, type }: Pick<LogEntry, "partition" | "type">) =>
  `${namespace}.evt.${service}.${partition}.${type}`;

/** Says about an entry what whoever reads the stream without our schemas must know. */
export function wrap(namespace: string, service: string, incarnation: string, entry: LogEntry): Envelope {
  const { partition, seq, at, type, subject, trace } = entry;
  const id = idOf(service, incarnation, entry);
  const made = headers();
  made.set("Nats-Msg-Id", id);
  made.set("ce-specversion", "1.0");
  made.set("ce-id", id);
  made.set("ce-source", sourceOf(service));
  made.set("ce-type", type);
  made.set("ce-time", at.toISOString());
  made.set("ce-subject", encodeURIComponent(subject));
  made.set("ce-partitionkey", String(partition));
  made.set("ce-sequence", String(seq).padStart(DIGITS, "0"));
  made.set("ce-incarnation", incarnation);
  made.set("content-type", "application/protobuf");
  if (trace) made.set("traceparent", trace);
  return { subject: subjectOf(namespace, service, { partition, type }), headers: made };
}

/** Reads a message; undefined for what is somebody else's, or broken in any way. */
export function unwrap(
  namespace: string,
  service: string,
  { subject: address, headers: given, data }: Message,
): { entry: LogEntry; incarnation: string } | undefined {
  const of = (name: string) => given?.get(name) ?? "";
  if (of("ce-specversion") !== "1.0" || of("content-type") !== "application/protobuf") return undefined;
  if (of("ce-source") !== sourceOf(service)) return undefined;
  const [partition, sequence, type, incarnation] = [
    of("ce-partitionkey"),
    of("ce-sequence"),
    of("ce-type"),
    of("ce-incarnation"),
  ];
  if (!/^\d{1,2}$/.test(partition) || Number(partition) >= PARTITIONS) return undefined;
  if (!/^\d{1,19}$/.test(sequence) || BigInt(sequence) < 1n) return undefined;
  if (!TYPE.test(type) || !/^[\da-f-]{8,36}$/.test(incarnation)) return undefined;
  const at = new Date(of("ce-time"));
  const subject = decoded(of("ce-subject"));
  if (Number.isNaN(at.getTime()) || !subject) return undefined;
  const trace = parseTraceparent(of("traceparent")) ? of("traceparent") : "";
  const entry = { partition: Number(partition), seq: BigInt(sequence), at, type, subject, payload: data, trace };
  if (of("ce-id") !== idOf(service, incarnation, entry) || address !== subjectOf(namespace, service, entry))
    return undefined;
  return { entry, incarnation };
}

const sourceOf = (service: string): string => `/skein/${service}`;

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}
