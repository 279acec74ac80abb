/** Where a call stands in a trace (W3C Trace Context): lower-case hex, never all zeros. */
export type Trace = { readonly traceId: string; readonly spanId: string; readonly sampled: boolean };

/** Where ids come from; a test gives its own. */
export type Chance = { bytes(count: number): Uint8Array };

const FIELDS = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const LONGEST = 512;

/** Reads a `traceparent` header; undefined if it is absent or breaks the standard, and then a new trace must start. */
export function parseTraceparent(header: string | null | undefined): Trace | undefined {
  if (!header || header.length > LONGEST) return undefined;
  const [, version, traceId, spanId, flags, rest] = FIELDS.exec(header) ?? [];
  if (version === undefined || traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  if (version === "ff" || (version === "00" && rest !== undefined)) return undefined; // later versions may append fields
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

/** The header that tells the next process about this span. */
export const traceparent = ({ traceId, spanId, sampled }: Trace): string =>
  `00-${traceId}-${spanId}-${sampled ? "01" : "00"}`;

/** Starts a trace. `share` (0 to 1) of all traces are sampled, decided by the id, so it can be decided again elsewhere. */
export function startTrace(chance: Chance, share = 1): Trace {
  const traceId = id(chance, 16);
  const sampled = Number.parseInt(traceId.slice(0, 8), 16) < share * 2 ** 32;
  return { traceId, spanId: id(chance, 8), sampled };
}

/** A span below this one: same trace, same sampling, an id of its own. */
export const childOf = (parent: Trace, chance: Chance): Trace => ({ ...parent, spanId: id(chance, 8) });

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

function id(chance: Chance, count: number): string {
  let hex = "";
  let any = 0;
  for (const byte of chance.bytes(count)) {
    hex += HEX[byte];
    any |= byte;
  }
  return any === 0 ? `${hex.slice(0, -1)}1` : hex; // all zeros means "no id" to everybody else
}
