import { exits, Refusal } from "../command.ts";
import { type Run, runningNow } from "./run-file.ts";

/** What runs under this home and serves, or a refusal with exit code 4. */
export function runningHere(home: string): Run & { readonly url: string } {
  const run = runningNow(home);
  if (!run) throw new Refusal(exits.notRunning, `nothing is running under ${home}`, "start it: ./skein up");
  if (!run.url) throw new Refusal(exits.notRunning, "it is still starting", "see: ./skein status");
  return { ...run, url: run.url };
}
