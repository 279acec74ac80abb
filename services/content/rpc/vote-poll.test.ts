import { Code } from "@connectrpc/connect";
import { afterAll, beforeAll, expect, test } from "vitest";
import { PollClosedSchema, PollVotedSchema } from "#gen/skein/content/v1/content_events_pb.ts";
import { PollService } from "#gen/skein/content/v1/poll_service_pb.ts";
import { sql } from "#mesh/store/sql.ts";
import { refusal } from "#mesh/testing/refusal.ts";
import { as } from "#mesh/testing.ts";
import { announced } from "../testing/logged.ts";
import { settle } from "../testing/people.ts";
import { postAs } from "../testing/post-as.ts";
import { type ContentMesh, startContent } from "../testing/start.ts";

let mesh: ContentMesh;
let people: Record<"ann" | "bob" | "cid", string>;
beforeAll(async () => {
  mesh = await startContent();
  people = await settle(mesh, "ann", "bob", "cid");
});
afterAll(() => mesh[Symbol.asyncDispose]());

const client = () => mesh.client(PollService);
const ask = (multiple = false) =>
  postAs(mesh, people.ann, {
    text: "which?",
    poll: { options: ["red", "green", "blue"], multiple, openFor: { seconds: 600n } },
  });
const vote = async (postId: string, who: string, ...options: number[]) =>
  (await client().votePoll({ postId, options }, as(who))).results;
const results = async (postId: string, who = people.ann) =>
  (await client().getPollResults({ postId }, as(who))).results;
const run = async (job: string) => {
  while (!(await mesh.runJob("content", job))); // the host may be at it by itself
};

test("a vote counts once, in the answer too, whoever reads it, folded or not", async () => {
  const { bob, cid } = people;
  const postId = await ask();
  expect(await vote(postId, bob, 2)).toMatchObject({ votes: [0n, 0n, 1n], voters: 1n, chosen: [2], closed: false });
  expect(await vote(postId.toUpperCase(), bob, 2)).toMatchObject({ votes: [0n, 0n, 1n], voters: 1n, chosen: [2] });
  await run("fold-counts");
  expect(await vote(postId, cid, 0)).toMatchObject({ votes: [1n, 0n, 1n], voters: 2n, chosen: [0] });
  expect(await results(postId, bob)).toMatchObject({ votes: [1n, 0n, 1n], voters: 2n, chosen: [2] });
  expect((await client().getPollResults({ postId })).results).toMatchObject({ voters: 2n, chosen: [] });
  expect(await announced(mesh, PollVotedSchema, postId)).toMatchObject([{ voterId: bob }, { voterId: cid }]);
});

test("a vote is not changed, and is one of the poll's own options", async () => {
  const { bob } = people;
  const postId = await ask();
  await vote(postId, bob, 1);
  const refused = async (...options: number[]) => (await refusal(vote(postId, bob, ...options))).reason;
  expect(await refused(0)).toBe("ALREADY_VOTED");
  expect(await refused(3)).toBe("OPTION_UNKNOWN");
  expect(await refused(0, 1)).toBe("ONE_OPTION_ONLY");
  expect(await results(postId)).toMatchObject({ votes: [0n, 1n, 0n], voters: 1n });
});

test("where several options may be chosen they count each, and their voter once", async () => {
  const { bob, cid } = people;
  const postId = await ask(true);
  expect(await vote(postId, bob, 2, 0)).toMatchObject({ votes: [1n, 0n, 1n], voters: 1n, chosen: [0, 2] });
  expect(await vote(postId, bob, 0, 2)).toMatchObject({ voters: 1n });
  expect(await vote(postId, cid, 0)).toMatchObject({ votes: [2n, 0n, 1n], voters: 2n });
});

test("of different votes of one account at once one counts", async () => {
  const postId = await ask();
  const votes = await Promise.allSettled([0, 1, 2, 0, 1, 2].map((option) => vote(postId, people.bob, option)));
  const { votes: counted = [], voters } = (await results(postId)) ?? {};
  expect([voters, counted.reduce((sum, one) => sum + one, 0n)]).toEqual([1n, 1n]);
  const chosen = counted.indexOf(1n);
  expect(votes.map(({ status }) => status === "fulfilled")).toEqual([0, 1, 2, 0, 1, 2].map((one) => one === chosen));
});

test("posts out of sight and posts without a poll have none", async () => {
  const postId = await ask();
  mesh.graph.block(people.ann, people.bob);
  const missing = { code: Code.NotFound, reason: "POST_NOT_FOUND" };
  expect(await refusal(vote(postId, people.bob, 0))).toMatchObject(missing);
  expect(await refusal(results(postId, people.bob))).toMatchObject(missing);
  mesh.graph.unblock(people.ann, people.bob);
  const plain = await postAs(mesh, people.ann);
  for (const call of [() => vote(plain, people.bob, 0), () => results(plain)])
    expect(await refusal(call())).toMatchObject({ code: Code.NotFound, reason: "POLL_NOT_FOUND" });
});

test("a poll is over at its end and announced once, with everybody's votes in it", async () => {
  const { ann, bob, cid } = people;
  const postId = await ask();
  await vote(postId, bob, 1);
  await run("close-polls");
  expect(await announced(mesh, PollClosedSchema, postId)).toEqual([]);
  await vote(postId, cid, 1);
  mesh.clock.advance(600_000);
  expect(await refusal(vote(postId, ann, 0))).toMatchObject({ code: Code.FailedPrecondition, reason: "POLL_CLOSED" });
  expect(await vote(postId, bob, 1)).toMatchObject({ closed: true, voters: 2n });

  await Promise.all([run("close-polls"), run("close-polls")]);
  const [closed, ...more] = await announced(mesh, PollClosedSchema, postId);
  expect(more).toEqual([]);
  expect(closed).toMatchObject({ authorId: ann, results: { votes: [0n, 2n, 0n], voters: 2n, closed: true } });
  expect(closed?.results?.endsAt).toEqual((await results(postId))?.endsAt);
  expect(await refusal(vote(postId, ann, 0))).toMatchObject({ reason: "POLL_CLOSED" });
});

test("a poll that was closed by a faster clock takes no more votes", async () => {
  const postId = await ask();
  await mesh.content.db.query(sql`update poll set closed_at = ends_at where post_id = ${postId}`);
  expect(await refusal(vote(postId, people.bob, 0))).toMatchObject({ reason: "POLL_CLOSED" });
  expect(await announced(mesh, PollVotedSchema, postId)).toEqual([]);
});

test("the end of a deleted post's poll is announced when the post is back", async () => {
  const postId = await ask();
  const become = (state: string) => mesh.content.db.query(sql`update post set state = ${state} where id = ${postId}`);
  await become("TOMBSTONE");
  mesh.clock.advance(600_000);
  await run("close-polls");
  expect(await announced(mesh, PollClosedSchema, postId)).toEqual([]);
  await become("PUBLISHED");
  await run("close-polls");
  expect(await announced(mesh, PollClosedSchema, postId)).toHaveLength(1);
});
