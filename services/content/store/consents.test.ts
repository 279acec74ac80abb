import { expect, test } from "vitest";
import {
  ResolveInteractionRequestRequest_Decision as Decision,
  InteractionService,
} from "#gen/skein/content/v1/interaction_service_pb.ts";
import { PostService } from "#gen/skein/content/v1/post_service_pb.ts";
import { as } from "#mesh/testing.ts";
import { deletePost } from "../posting/delete.ts";
import { callWithin } from "../testing/call-within.ts";
import { settle } from "../testing/people.ts";
import { postAs } from "../testing/post-as.ts";
import { startContent } from "../testing/start.ts";
import { listQuotes } from "./consents.ts";
import { findDrift } from "./reconcile.ts";

test("quotes that are agreed to, taken out and deleted all at once are counted as what is left of them", async () => {
  await using mesh = await startContent();
  const { ann, bob } = await settle(mesh, "ann", "bob");
  const client = mesh.client(InteractionService);
  const open = await postAs(mesh, ann);
  const asking = await postAs(mesh, ann, { policy: { quoteNeedsApproval: true } });
  const remove = (postId: string) =>
    callWithin(mesh, PostService.method.deletePost, bob, (ctx) => deletePost(mesh.content, ctx, postId));
  for (let round = 0; round < 12; round++) {
    const [free, waiting, other] = await Promise.all(
      [open, asking, asking].map((quoteId) => postAs(mesh, bob, { quoteId })),
    );
    await Promise.allSettled([
      ...[remove(free ?? ""), client.detachQuote({ postId: free ?? "" }, as(ann))],
      client.resolveInteractionRequest({ postId: waiting ?? "", decision: Decision.APPROVE }, as(ann)),
      remove(waiting ?? ""),
      client.resolveInteractionRequest({ postId: other ?? "", decision: Decision.APPROVE }, as(ann)),
      client.detachQuote({ postId: other ?? "" }, as(ann)),
    ]);
  }
  expect(await findDrift(mesh.content.db.query, [open, asking])).toEqual([]);
  expect(await listQuotes(mesh.content.db, { postId: open, after: undefined, limit: 5 })).toEqual([]);
});
