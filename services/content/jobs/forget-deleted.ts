import type { Job } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { forgetDeleted as forget } from "../store/forget-posts.ts";

/** Posts at once, so that nobody waits long for a lock. */
const BATCH = 200;

/** Makes deletions final that can be undone no more: of such a post only its place in threads is left. */
export const forgetDeleted: Job<Deps> = {
  name: "forget-deleted",
  everyMs: 60_000,
  async run({ db, config, clock }, signal) {
    const before = new Date(clock.now().getTime() - config.undoWindow);
    while (!signal.aborted && (await db.commit(undefined, (tx) => forget(tx, before, BATCH))) === BATCH);
  },
};
