import type { Redis, Script } from "#mesh/redis.ts";
import type { Deps } from "../deps.ts";
import { failure } from "../failures.ts";
import { homesKey } from "./buckets.ts";

/** A script on homes of one bucket; the key and the incarnation are put before the arguments. */
export interface Command {
  readonly bucket: number;
  readonly args: readonly (string | number | Buffer)[];
}

/** Scripts that go together, and how many such parts are under way: what waits stays here, not in Redis. */
const PART = 32;
const UNDER_WAY = 2;
const ATTEMPTS = 4;

/**
 * Runs a script for each command and tells the answers as they come; commands that another incarnation refuses are tried
 * again under the present one. All of it fails if any of it does, and may then be repeated.
 */
export async function sendAll<C extends Command>(
  { homes: { incarnations } }: { readonly homes: Pick<Deps["homes"], "incarnations"> },
  lane: Redis,
  script: Script,
  commands: readonly C[],
  tell?: (command: C, answer: unknown) => void,
): Promise<void> {
  let open: readonly C[] = commands;
  try {
    for (let attempt = 1; open.length > 0; attempt++) {
      const refused: C[] = [];
      const parts = Array.from({ length: Math.ceil(open.length / PART) }, (_, at) =>
        open.slice(at * PART, (at + 1) * PART),
      );
      let next = 0;
      const worker = async () => {
        for (let part = parts[next++]; part; part = parts[next++]) await sendPart(part, refused);
      };
      await Promise.all(Array.from({ length: Math.min(UNDER_WAY, parts.length) }, worker));
      open = refused;
      if (open.length === 0) break;
      if (attempt === ATTEMPTS) throw new Error("the incarnations of homes do not come to rest");
      incarnations.doubt();
    }
  } catch (cause) {
    throw failure("TIMELINE_AWAY", { cause });
  }

  async function sendPart(part: readonly C[], refused: C[]): Promise<void> {
    while (incarnations.of(0) === undefined) await incarnations.settle();
    const calls = part.map(({ bucket, args }) => {
      return { keys: [homesKey(bucket)], args: [incarnations.of(bucket) ?? "", ...args] };
    });
    const heard = await lane.runMany(script, calls);
    heard.forEach((one, at) => {
      const command = part[at] as C;
      if (one.status === "rejected") throw one.reason;
      if (one.value === null) refused.push(command);
      else tell?.(command, one.value);
    });
  }
}
