import type { Deps } from "../deps.ts";
import { WINDOW_MS, windowOf } from "../rules/base-score.ts";
import { countSome, dropWindows, finishRound, firstOf } from "../store/rounds.ts";

const BITE = 5_000;

/** What counting posts for a window came to. */
export interface Rescored {
  readonly posts: number;
  readonly windowMs: number;
}

/**
 * Counts recent posts for the window that it is now, and forgets all windows but it and the one before. What was made
 * within the window itself is not kept: it has had no time to grow old in it, and is read as it is.
 */
export async function rescore(
  deps: Pick<Deps, "db" | "clock" | "config" | "ranking">,
  signal: AbortSignal,
): Promise<Rescored> {
  const { db, clock, config, ranking } = deps;
  const now = clock.now();
  const windowMs = windowOf(now.getTime());
  let posts = 0;
  for (let after = firstOf(now.getTime() - config.scoreHorizon); ; ) {
    signal.throwIfAborted();
    const some = await countSome(db, windowMs, after, BITE);
    posts += some.posts;
    if (some.posts < BITE) break;
    after = some.last;
  }
  await finishRound(db, windowMs, posts, now);
  await ranking.refresh();
  while (await dropWindows(db, windowMs - WINDOW_MS, BITE)) signal.throwIfAborted();
  return { posts, windowMs };
}
