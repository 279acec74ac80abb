import { stripVTControlCharacters } from "node:util";

/** A line of a log, read. */
export interface Entry {
  readonly ts?: string;
  readonly level?: string;
  readonly service?: string;
  readonly msg?: string;
  readonly [field: string]: unknown;
}

/** Reads a JSON line; anything else is no entry. */
export function readEntry(line: string): Entry | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    return JSON.parse(line) as Entry;
  } catch {
    return undefined;
  }
}

/** Whether a line is worth interrupting somebody for. */
export const isTrouble = (entry: Entry | undefined): boolean =>
  !entry || entry.level === "warn" || entry.level === "error" || entry.level === "fatal";

/** One line for people: time, service, what happened. */
export function brief(line: string, entry: Entry | undefined = readEntry(line)): string {
  if (!entry) return safe(line);
  const time = String(entry.ts ?? "").slice(11, 23);
  const words = entry.method ? callWords(entry) : otherWords(entry);
  return safe(
    [time, entry.service, isTrouble(entry) ? entry.level?.toUpperCase() : "", words].filter(Boolean).join("  "),
  );
}

function callWords({ method, code, reason, duration_ms, msg, cause, request_id }: Entry): string {
  const name = String(method).split(/[/.]/).at(-1);
  const answer = code === "OK" ? "ok" : [code, reason].filter(Boolean).join(" ");
  const why = cause ? `${messageOf(cause)} · request ${request_id}` : "";
  return [name, answer, `${duration_ms} ms`, msg === "call" ? "" : msg, why].filter(Boolean).join("  ");
}

function otherWords({ ts: _ts, level: _level, service: _service, msg, cause, err, error, ...fields }: Entry): string {
  const pairs = Object.entries(fields).map(
    ([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`,
  );
  return [msg, ...pairs, messageOf(cause ?? err ?? error)].filter(Boolean).join("  ");
}

function messageOf(cause: unknown): string {
  if (typeof cause !== "object" || cause === null) return cause === undefined ? "" : String(cause);
  const { message, code, cause: deeper } = cause as { message?: string; code?: string; cause?: unknown };
  return [message, code, messageOf(deeper)].filter(Boolean).join(": ");
}

/** A log holds what strangers sent: it must neither start a line of its own nor steer the terminal. */
export const safe = (text: string): string => stripVTControlCharacters(text).replace(/[\p{Cc}\u2028\u2029]+/gu, " ");
