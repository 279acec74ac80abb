import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { misused } from "../command.ts";

/** Whether somebody sits in front of this process. */
export const attended = (): boolean => process.stdin.isTTY === true && process.stderr.isTTY === true;

/** Asks before something is destroyed. Without a person and without --yes it refuses. */
export async function confirmed(
  question: string,
  { yes, signal }: { yes: boolean; signal: AbortSignal },
): Promise<boolean> {
  if (yes) return true;
  if (!attended()) throw misused(`${question} Nobody is here to answer`, "say --yes if you mean it");
  using lines = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await lines.question(`${question} [y/N] `, { signal });
  return /^y(es)?$/i.test(answer.trim());
}

/** Asks for something that must not be seen while it is typed. */
export async function askHidden(question: string, signal: AbortSignal): Promise<string> {
  if (!attended())
    throw misused(`${question.replace(/:\s*$/, "")} must be typed, and nobody is here`, "use --password-stdin");
  process.stderr.write(question);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  using lines = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  const answer = await lines.question("", { signal });
  process.stderr.write("\n");
  return answer;
}

/** All of standard input, without the line break at its end. */
export async function readStdin(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks)
    .toString("utf8")
    .replace(/\r?\n$/, "");
}
