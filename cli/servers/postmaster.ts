import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { commandOf, gone, identityOf, signal } from "./process.ts";

/** A postmaster.pid left by a crash: harmless when the pid is free, a trap when a stranger has it now, an orphan when it is ours. */
export async function clearPostmaster(data: string): Promise<number | undefined> {
  const path = join(data, "postmaster.pid");
  const pid = existsSync(path) ? Number.parseInt(readFileSync(path, "utf8"), 10) : 0;
  if (!(pid > 1)) return undefined;
  const identity = identityOf(pid);
  const orphan = identity !== undefined && commandOf(pid).includes(data);
  if (orphan) {
    const known = { pid, identity };
    signal(known, "SIGINT");
    if (!(await gone(known, 4000))) signal(known, "SIGKILL");
    await gone(known, 2000);
  }
  rmSync(path, { force: true });
  return orphan ? pid : undefined;
}
