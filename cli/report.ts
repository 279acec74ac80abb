import { type Cli, exits, Refusal } from "./command.ts";
import { StartFailure } from "./fleet/keeper.ts";
import { brief } from "./log/line.ts";
import { Preflight } from "./servers/preflight.ts";

/** Tells why a command failed, what to do about it, and gives the exit code. */
export function report(
  error: unknown,
  { json, out, talk, signal }: Pick<Cli, "json" | "out" | "talk" | "signal">,
): number {
  if (signal.aborted && isAbort(error)) {
    talk.say(" stopped before it was done; what had been started is stopped too");
    return 130;
  }
  const { exit, code, message, fix, facts } = described(error);
  if (json) out(JSON.stringify({ error: { code, message, ...(fix && { fix }), ...facts } }));
  const [first = "", ...more] = message.split("\n");
  talk.say(
    `${talk.paint("red", "✖")} ${[first, ...more].join("\n")}${fix ? `${more.length > 0 ? "\n →" : " ·"} ${fix}` : ""}`,
  );
  if (code === "BUG") talk.say(talk.paint("dim", (error as Error).stack ?? ""));
  return exit;
}

interface Described {
  readonly exit: number;
  readonly code: string;
  readonly message: string;
  readonly fix?: string | undefined;
  readonly facts?: object | undefined;
}

function described(error: unknown): Described {
  if (error instanceof Preflight)
    return { exit: exits.preflight, code: error.code, message: error.message, fix: error.fix };
  if (error instanceof Refusal) {
    const code =
      error.exit === exits.usage
        ? "USAGE"
        : error.exit === exits.notRunning
          ? "NOT_RUNNING"
          : error.exit === exits.preflight
            ? "PREFLIGHT"
            : "FAILED";
    return { exit: error.exit, code, message: error.message, fix: error.fix, facts: error.facts };
  }
  if (error instanceof Error && error.name === "ConfigError") {
    return {
      exit: exits.preflight,
      code: "CONFIG",
      message: error.message,
      fix: "./skein config example shows every setting",
    };
  }
  if (error instanceof StartFailure) {
    const tail = error.tail.map((line) => `   | ${brief(line)}`).join("\n");
    return {
      exit: exits.failed,
      code: "START_FAILED",
      message: [error.message, tail].filter(Boolean).join("\n"),
      fix: "see: ./skein logs, ./skein doctor",
    };
  }
  return { exit: exits.failed, code: "BUG", message: error instanceof Error ? error.message : String(error) };
}

const isAbort = (error: unknown): boolean =>
  error instanceof Error
    ? error.name === "AbortError" || (error as { code?: string }).code === "ABORT_ERR"
    : typeof error === "string" && error.startsWith("SIG");
