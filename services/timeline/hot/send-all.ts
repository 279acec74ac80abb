import { forgotten, type Redis, type Script } from "#mesh/redis.ts";
import type { Deps } from "../deps.ts";
import { failure } from "../failures.ts";
import { homesKey } from "./buckets.ts";

/** A script on homes of one bucket; the key and the incarnation are put before the arguments. */
export interface Command {
  readonly bucket: number;
  readonly args: readonly (string | number | Buffer)[];
}

/** Scripts of one pipeline, and pipelines under way: what waits stays here, not in Redis. */
const PIPELINE = 32;
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
      const parts = Array.from({ length: Math.ceil(open.length / PIPELINE) }, (_, at) =>
        open.slice(at * PIPELINE, (at + 1) * PIPELINE),
      );
      let next = 0;
      const worker = async () => {
        for (let part = parts[next++]; part; part = parts[next++]) await pipeline(part, refused);
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

  async function pipeline(part: readonly C[], refused: C[], text = false): Promise<void> {
    while (incarnations.of(0) === undefined) await incarnations.settle();
    const told = lane.client.pipeline();
    for (const { bucket, args } of part) {
      const all = [homesKey(bucket), incarnations.of(bucket) ?? "", ...args];
      if (text) told.eval(script.lua, 1, ...all);
      else told.evalsha(script.sha, 1, ...all);
    }
    const heard = (await told.exec()) ?? [];
    const unknown: C[] = [];
    heard.forEach(([error, answer], at) => {
      const command = part[at] as C;
      if (error && forgotten(error) && !text) unknown.push(command);
      else if (error) throw error;
      else if (answer === null) refused.push(command);
      else tell?.(command, answer);
    });
    if (unknown.length > 0) await pipeline(unknown, refused, true);
  }
}
