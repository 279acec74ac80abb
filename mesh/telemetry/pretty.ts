import { stripVTControlCharacters } from "node:util";
import type { DestinationStream } from "pino";

/** Rewrites JSON log lines for a terminal: time, level, service, words, `field=value`; below it, set in, an error's stack. */
export const prettyStream = (sink: DestinationStream): DestinationStream => ({
  write: (line) => sink.write(pretty(line.trimEnd())),
});

function pretty(line: string): string {
  let entry: Record<string, unknown>;
  try {
    entry = JSON.parse(line);
  } catch {
    return `${safe(line)}\n`;
  }
  const { ts, level, service, msg, err, ...fields } = entry;
  const words = [String(ts).slice(11, 23), String(level).toUpperCase().padEnd(5), String(service), msg ?? ""];
  const pairs = Object.entries(fields).map(([name, value]) => `${name}=${shown(value)}`);
  const head = safe([...words, ...pairs].filter((word) => word !== "").join(" "));
  const below = stackOf(err).map((stackLine) => `    ${safe(stackLine)}`);
  return `${[head, ...below].join("\n")}\n`;
}

function stackOf(err: unknown): string[] {
  if (typeof err !== "object" || err === null) return err === undefined ? [] : [String(err)];
  const stack = "stack" in err ? err.stack : "message" in err ? err.message : JSON.stringify(err);
  return [...String(stack).split("\n"), ...("cause" in err ? ["caused by", ...stackOf(err.cause)] : [])];
}

function shown(value: unknown): string {
  return typeof value === "string" && /^[\w.:/@-]+$/.test(value) ? value : JSON.stringify(value);
}

// What a stranger sent must neither start a line of its own nor steer the terminal.
const UNSAFE = /[\p{Cc}\u2028\u2029]/gu;
const safe = (text: string): string =>
  stripVTControlCharacters(text).replace(UNSAFE, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
