import { expect, test } from "vitest";
import { InteractionPolicyChangedSchema } from "#gen/skein/content/v1/content_events_pb.ts";
import { InteractionService } from "#gen/skein/content/v1/interaction_service_pb.ts";
import { Circle } from "#gen/skein/content/v1/post_pb.ts";
import { refusal } from "#mesh/testing/refusal.ts";
import { as } from "#mesh/testing.ts";
import { announced } from "../testing/logged.ts";
import { settle } from "../testing/people.ts";
import { postAs } from "../testing/post-as.ts";
import { startContent } from "../testing/start.ts";
import { hydrate } from "../view/hydrate.ts";

test("a policy changes the card and its version once, is announced with the card, and is its author's alone", async () => {
  await using mesh = await startContent();
  const { ann, bob } = await settle(mesh, "ann", "bob");
  const postId = await postAs(mesh, ann);
  const update = (policy: { reply?: Circle; quote?: Circle }, who = ann) =>
    mesh.client(InteractionService).updateInteractionPolicy({ postId: postId.toUpperCase(), policy }, as(who));
  expect(await update({})).toMatchObject({ version: 1n, policy: { reply: Circle.EVERYONE, quote: Circle.EVERYONE } });
  expect(await update({ reply: Circle.NOBODY })).toMatchObject({ version: 2n });
  expect(await update({ reply: Circle.NOBODY, quote: Circle.EVERYONE })).toMatchObject({ version: 2n });

  const [event, ...more] = await announced(mesh, InteractionPolicyChangedSchema, postId);
  expect(more).toEqual([]);
  const policy = { reply: Circle.NOBODY, quote: Circle.EVERYONE, quoteNeedsApproval: false };
  const now = { text: "hello", policy, version: 2n };
  expect(event).toMatchObject({ authorId: ann, card: now });
  const kept = (await hydrate(mesh.content.db, ann, [postId])).get(postId);
  expect(kept).toMatchObject({ version: 2n, card: now });
  await expect(postAs(mesh, bob, { replyToId: postId })).rejects.toMatchObject({ reason: "REPLY_FORBIDDEN" });
  expect(await refusal(update({}, bob))).toMatchObject({ reason: "POST_NOT_FOUND" });
});
