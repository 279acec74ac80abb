import { type DestinationStream, type Level, type Logger, pino } from "pino";
import { prettyStream } from "./pretty.ts";

export { redactMessage } from "./redact.ts";
export type { Logger };

export type LoggerOptions = {
  readonly level: Level | "silent";
  readonly service: string;
  /** For people in front of a terminal; JSON otherwise. */
  readonly pretty?: boolean;
  /** Standard output if absent, written at once so that a crash loses no line. */
  readonly destination?: DestinationStream;
  /** On every line, as version and instance. */
  readonly fields?: Readonly<Record<string, string>>;
};

/** A logger whose every call is one line: `ts`, `level`, `service`, then the fields that were given. */
export function createLogger({ level, service, pretty, destination, fields }: LoggerOptions): Logger {
  const sink = destination ?? pino.destination({ dest: 1, sync: true });
  return pino(
    {
      level,
      base: { service, ...fields },
      timestamp: () => `,"ts":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: plainError, error: plainError, cause: plainError },
    },
    pretty ? prettyStream(sink) : sink,
  );
}

type PlainError = { type: string; message: string; code?: string | number; stack?: string; cause?: PlainError };

// Errors of the database driver and of clients carry rows, parameters and messages as properties: only these are shown.
function plainError(error: unknown, depth = 0): PlainError {
  if (!(error instanceof Error)) return { type: typeof error, message: String(error) };
  const { code } = error as { code?: unknown };
  return {
    type: error.name,
    message: error.message,
    ...((typeof code === "string" || typeof code === "number") && { code }),
    ...(error.stack !== undefined && { stack: error.stack }),
    ...(error.cause !== undefined && depth < 4 && { cause: plainError(error.cause, depth + 1) }),
  };
}
