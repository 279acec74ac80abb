import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { elsewhere } from "../servers/home.ts";
import { stopServers } from "../servers/index.ts";

/** What Skein keeps in its home and can make anew; packages it has unpacked stay. */
const kept = ["postgres", "redis", "nats", "postgres.secret", "keys", "mail", "sessions", "personas.json", "logs"];

/** Stops the servers of a home and deletes everything that was stored, the keys with it. Nothing else in the folder is touched. */
export async function wipe(home: string, { dry = false } = {}): Promise<readonly string[]> {
  if (!dry) await stopServers(home);
  const gone = [home, elsewhere(home)]
    .flatMap((base) => kept.map((name) => join(base, name)))
    .filter((path) => existsSync(path));
  if (!dry) for (const path of gone) rmSync(path, { recursive: true, force: true });
  return gone;
}
