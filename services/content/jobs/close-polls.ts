import { PollClosedSchema } from "#gen/skein/content/v1/content_events_pb.ts";
import type { Job } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { stampOf } from "../store/moment.ts";
import { closeDue } from "../store/polls.ts";

const BATCH = 100;

/** Announces the end of polls, once each and with their final results. Votes are refused from the end itself on. */
export const closePolls: Job<Deps> = {
  name: "close-polls",
  everyMs: 2_000,
  async run({ db, clock }, signal) {
    for (let closed = BATCH; closed === BATCH && !signal.aborted; ) {
      closed = await db.commit(undefined, async (tx) => {
        const polls = await closeDue(tx, clock.now(), BATCH);
        for (const { author_id: authorId, post_id: postId, ends_at, voters, votes } of polls) {
          const results = { votes: votes.map(BigInt), voters: BigInt(voters), endsAt: stampOf(ends_at), closed: true };
          tx.publish(PollClosedSchema, { authorId, postId, results });
        }
        return polls.length;
      });
    }
  },
};
