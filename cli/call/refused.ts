import { Code, type ConnectError } from "@connectrpc/connect";
import { exits, Refusal } from "../command.ts";
import { explainFailure } from "./failure.ts";

/** Turns the error of a call into words, a way out and an exit code. */
export function refused(error: ConnectError, url: string): Refusal {
  if (error.cause instanceof Refusal) return error.cause; // what was typed turned out wrong while it was sent
  if (error.code === Code.Unavailable && /ECONNREFUSED/.test(`${error.rawMessage} ${error.cause}`)) {
    return new Refusal(exits.notRunning, `nothing answers at ${url}`, "start it: ./skein up");
  }
  const { words, ...facts } = explainFailure(error);
  return new Refusal(
    exits.failed,
    words,
    facts.reason === "UNAUTHENTICATED" ? "say who you are: --as alice" : undefined,
    facts,
  );
}
