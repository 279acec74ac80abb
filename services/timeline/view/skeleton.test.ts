import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { expect, test } from "vitest";
import { Audience } from "#gen/skein/common/v1/visibility_pb.ts";
import { PostPublishedSchema } from "#gen/skein/content/v1/content_events_pb.ts";
import { homeOf, hotHomeOf, settleHomes } from "../testing/homes.ts";
import { follow, people, posts } from "../testing/people.ts";
import { startTimeline } from "../testing/start.ts";
import { openHome } from "./home.ts";

test("what comes late, and so lies behind what is kept hot, is there the next time", async () => {
  await using mesh = await startTimeline({ TIMELINE_HOME_ENTRIES: "100" });
  const { ann, bob } = await people(mesh, "ann", "bob");
  await follow(mesh, ann, bob);
  await settleHomes(mesh);
  const first = await posts(mesh, bob, 3);
  const late = mesh.timeline.ids.next();
  await posts(mesh, bob, 150);
  await settleHomes(mesh);
  await homeOf(mesh, ann);
  const before = (await hotHomeOf(mesh, ann))?.at(-1);
  const behind = async () => {
    const opened = await openHome(mesh.timeline, ann, { most: 400, before });
    const { candidates } = await (await opened.skeleton()).older(before, 200);
    return candidates.map(({ id }) => id);
  };
  await behind();
  const there = await behind(); // by now all that may be remembered is
  expect(there.slice(-3)).toEqual(first.toReversed());
  const card = { id: late, authorId: bob, text: "late", audience: Audience.PUBLIC, version: 1n };
  const createdAt = timestampFromDate(mesh.clock.now());
  await mesh.announce(PostPublishedSchema, { authorId: bob, postId: late, card: { ...card, createdAt } });
  await settleHomes(mesh);
  expect(await behind()).toEqual([...there, late].toSorted().toReversed());
});
