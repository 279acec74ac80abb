import type { MessageInitShape } from "@bufbuild/protobuf";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Audience } from "#gen/skein/common/v1/visibility_pb.ts";
import {
  InteractionResolvedSchema,
  PostDeletedSchema,
  PostPublishedSchema,
  PostUndeletedSchema,
  QuoteDetachedSchema,
} from "#gen/skein/content/v1/content_events_pb.ts";
import type { PostCardSchema } from "#gen/skein/content/v1/post_pb.ts";
import { readCounts } from "../hot/counts.ts";
import { people, post } from "../testing/people.ts";
import { startTimeline } from "../testing/start.ts";

const Step = fc.record({
  quote: fc.nat(5),
  act: fc.constantFrom("PUBLISH", "DELETE", "APPROVE", "REFUSE", "DETACH", "SETTLE"),
});
const Start = fc.record({
  asks: fc.boolean(),
  reply: fc.boolean(),
  audience: fc.constantFrom(Audience.PUBLIC, Audience.FOLLOWERS, Audience.MENTIONED),
});

// Two logs speak of a quote: its author's, and that of whom it quotes. What of them comes first is chance.
test("whatever comes first, replies and quotes are counted as content counts them", async () => {
  await using mesh = await startTimeline();
  const { ann, bob } = await people(mesh, "ann", "bob");
  const run = async (
    starts: (typeof Start extends fc.Arbitrary<infer T> ? T : never)[],
    steps: { quote: number; act: string }[],
  ) => {
    const target = await post(mesh, ann, "hello");
    const quotes = starts.map((start) => ({ ...start, postId: mesh.timeline.ids.next(), version: 0n, out: false }));
    const said = new Map<string, boolean>();
    for (const { quote, act } of steps) {
      const one = quotes[quote % quotes.length];
      if (!one) continue;
      const { postId, asks, reply, audience } = one;
      const about = { quotedAuthorId: ann, postId, authorId: bob, quotedPostId: target };
      if (act === "SETTLE") await mesh.settle();
      else if (act === "PUBLISH" && !one.out) {
        const schema = one.version === 0n ? PostPublishedSchema : PostUndeletedSchema;
        one.version++;
        one.out = true;
        const card: MessageInitShape<typeof PostCardSchema> = {
          ...{ id: postId, authorId: bob, audience, version: one.version },
          quoted: { postId: target, authorId: ann, needsApproval: asks },
          ...(reply && { reply: { rootId: target, parentId: target, parentAuthorId: ann } }),
        };
        await mesh.announce(schema, { authorId: bob, postId, card });
      } else if (act === "DELETE" && one.out) {
        one.out = false;
        one.version++;
        await mesh.announce(PostDeletedSchema, { authorId: bob, postId, version: one.version });
      } else if (act === "APPROVE" || act === "REFUSE") {
        said.set(postId, act === "APPROVE");
        await mesh.announce(InteractionResolvedSchema, { ...about, approved: act === "APPROVE" });
      } else if (act === "DETACH") {
        said.set(postId, false);
        await mesh.announce(QuoteDetachedSchema, about);
      }
    }
    await mesh.settle();
    const open = quotes.filter(({ out, audience }) => out && audience !== Audience.MENTIONED);
    const shown = open.filter(({ postId, asks }) => said.get(postId) ?? !asks);
    expect((await readCounts(mesh.timeline, [target])).get(target)).toMatchObject({
      replies: BigInt(open.filter(({ reply }) => reply).length),
      quotes: BigInt(shown.length),
    });
  };
  const starts = fc.array(Start, { minLength: 6, maxLength: 6 });
  await fc.assert(fc.asyncProperty(starts, fc.array(Step, { minLength: 10, maxLength: 30 }), run), {
    numRuns: 8,
    endOnFailure: true,
  });
}, 120_000);
