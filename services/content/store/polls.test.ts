import { expect, test } from "vitest";
import { PollClosedSchema } from "#gen/skein/content/v1/content_events_pb.ts";
import { PollService } from "#gen/skein/content/v1/poll_service_pb.ts";
import { as } from "#mesh/testing.ts";
import { announced } from "../testing/logged.ts";
import { settle } from "../testing/people.ts";
import { postAs } from "../testing/post-as.ts";
import { startContent } from "../testing/start.ts";
import { closeDue } from "./polls.ts";

test("no vote that was taken is missing in the results that are announced, however close to the end it came", async () => {
  await using mesh = await startContent();
  const { ann } = await settle(mesh, "ann");
  const { db, ids, clock } = mesh.content;
  for (let round = 0; round < 5; round++) {
    const poll = { options: ["yes", "no"], openFor: { seconds: 300n } };
    const postId = await postAs(mesh, ann, { poll });
    const later = new Date(clock.now().getTime() + 301_000);
    // Those who vote have clocks that run late: to them the poll is open all the time.
    const votes = Promise.allSettled(
      Array.from({ length: 40 }, (_, voter) =>
        mesh.client(PollService).votePoll({ postId, options: [voter % 2] }, as(ids.next())),
      ),
    );
    const close = async (): Promise<void> => {
      const closed = await db.commit(undefined, async (tx) => {
        const polls = await closeDue(tx, later, 10);
        for (const { author_id: authorId, post_id, votes, voters } of polls)
          tx.publish(PollClosedSchema, {
            authorId,
            postId: post_id,
            results: { votes: votes.map(BigInt), voters: BigInt(voters) },
          });
        return polls.length;
      });
      if (closed === 0) await close(); // somebody was voting
    };
    await close();
    const taken = (await votes).filter(({ status }) => status === "fulfilled").length;
    const [event, ...more] = await announced(mesh, PollClosedSchema, postId);
    expect(more).toEqual([]);
    expect(Number(event?.results?.voters)).toBe(taken);
    expect(event?.results?.votes.reduce((sum, one) => sum + one, 0n)).toBe(BigInt(taken));
  }
});
