import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { timestampFromDate, timestampMs } from "@bufbuild/protobuf/wkt";
import { ConsistencyTokenSchema, type LogPosition, LogPositionSchema } from "#gen/skein/common/v1/consistency_pb.ts";
import type { Context, Noted } from "./context.ts";
import { meshFailure } from "./failure.ts";

/** Names the positions that the maker of a call knows of. Inside the mesh unsigned: hops are proven, and a position grants nothing. */
export const TOKEN_HEADER = "skein-token";
/** Names, in an answer, the positions that the call wrote at, here and further in. */
export const WROTE_HEADER = "skein-wrote";

/** How many positions anybody remembers, and for how long: every read model is further by then, or known to be behind. */
const MOST = 8;
const KEPT_MS = 60_000;
const LONGEST = 2_048;

/** Positions as a header carries them. */
export const encodePositions = (positions: readonly LogPosition[]): string =>
  Buffer.from(toBinary(ConsistencyTokenSchema, create(ConsistencyTokenSchema, { positions: [...positions] }))).toString(
    "base64url",
  );

/** Reads such a header; what was never one is refused, not ignored: its sender relies on it. */
export function decodePositions(text: string): LogPosition[] {
  const bytes = bytesOf(text);
  try {
    return fromBinary(ConsistencyTokenSchema, bytes).positions;
  } catch (cause) {
    throw meshFailure("CONSISTENCY_TOKEN_INVALID", { cause });
  }
}

/** The bytes behind a header of ours, in its one spelling. */
export function bytesOf(text: string): Buffer {
  const bytes = Buffer.from(text, "base64url");
  if (text.length > LONGEST || bytes.toString("base64url") !== text) throw meshFailure("CONSISTENCY_TOKEN_INVALID");
  return bytes;
}

/** Joins what is known from several sides: of each log the newest, of all logs the newest few, and nothing old. */
export function mergePositions(now: Date, ...known: readonly (readonly LogPosition[])[]): LogPosition[] {
  const newest = new Map<string, LogPosition>();
  for (const position of known.flat()) {
    if (now.getTime() - writtenMs(position) > KEPT_MS) continue;
    const log = `${position.service} ${position.partition}`;
    const other = newest.get(log);
    if (!other || follows(position, other)) newest.set(log, position);
  }
  return [...newest.values()].sort((a, b) => writtenMs(b) - writtenMs(a)).slice(0, MOST);
}

/** Everything that the call under way knows of: what its maker told, and what its own calls brought back. */
export function positionsKnown({ headers, noted, now }: Pick<Context, "headers" | "noted" | "now">): LogPosition[] {
  const told = headers.get(TOKEN_HEADER);
  if (!told && noted.heard.length === 0) return [];
  return mergePositions(now, decodePositions(told ?? ""), ...noted.heard.map(decodePositions));
}

/** What a call wrote, for its answer: in this service's own log, and as its calls reported. */
export function writtenIn(
  { service, incarnation, now }: { service: string; incarnation: string; now: Date },
  { wrote, heard }: Noted,
): LogPosition[] {
  const writtenAt = timestampFromDate(now);
  const own = wrote.map((place) => create(LogPositionSchema, { service, incarnation, ...place, writtenAt }));
  if (own.length === 1 && heard.length === 0) return own; // nothing to be joined with
  return mergePositions(now, ...heard.map(decodePositions), own);
}

// Positions before and after a restore cannot be compared: the later written one is about the database there is now.
const follows = (one: LogPosition, other: LogPosition): boolean =>
  one.incarnation === other.incarnation ? one.seq > other.seq : writtenMs(one) >= writtenMs(other);

const writtenMs = ({ writtenAt }: LogPosition): number => (writtenAt ? timestampMs(writtenAt) : 0);
