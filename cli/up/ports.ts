import { basename } from "node:path";
import { freePort, type PortOwner, portOwner } from "../servers/port.ts";
import { Preflight } from "../servers/preflight.ts";

/** Refuses a port that somebody else has, and says who and what to do. */
export async function requireFree(port: number, variable: string): Promise<void> {
  if (port <= 0 || (await freePort(port)) === port) return;
  const [owner, free] = [portOwner(port), await nextFree(port)];
  const way =
    variable === "GATEWAY_PORT" ? `try: ./skein up --port ${free}` : `set ${variable} to another, ${free} for one`;
  throw new Preflight("PORT_TAKEN", takenBy(port, owner), owner ? `${way} · or stop pid ${owner.pid}` : way);
}

/** Words for a port and whoever has it. */
export function takenBy(port: number, owner: PortOwner | undefined): string {
  if (!owner) return `port ${port} is used by a process that we may not see`;
  const what = scriptOf(owner.command);
  return `port ${port} is used by ${owner.name} (pid ${owner.pid}${what ? `, "${what}"` : ""})`;
}

/** What an interpreter runs: "node /x/.bin/vite --port 3" is "vite" to its owner. */
function scriptOf(command: string): string | undefined {
  const [, ...words] = command.split(" ");
  const script = words.find((word) => word !== "" && !word.startsWith("-"));
  if (script && !/^[\w@.,:/+-]+$/.test(script)) return undefined; // code given with -e
  return script && basename(script);
}

/** A port of the same block that is free together with the one after it, where the admin page would be. */
async function nextFree(port: number): Promise<number> {
  for (let next = port + 10; next < Math.min(port + 500, 65_535); next += 10) {
    if ((await freePort(next)) === next && (await freePort(next + 1)) === next + 1) return next;
  }
  return freePort();
}
