import type { Job } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { dropLikes, erasePosts, finishErasure, postsLeft, waitingErasures } from "../store/erasure.ts";
import { forgetSomeActs } from "../store/forget-engagement.ts";

const ACCOUNTS = 10;
const POSTS = 100;
const LIKES = 5_000;
const ACTS = 2_000;

/** Erases accounts whose time has come, in bites that can be interrupted and repeated: their posts first, then the rest. */
export const eraseAccounts: Job<Deps> = {
  name: "erase-accounts",
  everyMs: 5_000,
  async run({ db }, signal) {
    for (const accountId of await waitingErasures(db.query, ACCOUNTS)) {
      for (;;) {
        signal.throwIfAborted();
        const ids = await postsLeft(db.query, accountId, POSTS);
        if (ids.length === 0) break;
        while ((await dropLikes(db.query, ids, LIKES)) === LIKES) signal.throwIfAborted();
        await db.commit(undefined, (tx) => erasePosts(tx, accountId, ids));
      }
      while ((await forgetSomeActs(db.query, accountId, ACTS)) > 0) signal.throwIfAborted();
      await db.commit(undefined, (tx) => finishErasure(tx, accountId));
    }
  },
};
