import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ItemSource } from "#gen/skein/timeline/v1/timeline_pb.ts";
import { readViewer } from "../store/viewer.ts";
import { mute, remove, share } from "../testing/deeds.ts";
import { follow, people, posts } from "../testing/people.ts";
import { startTimeline, type TimelineMesh } from "../testing/start.ts";
import { hydrate } from "./hydrate.ts";

let mesh: TimelineMesh;
beforeAll(async () => {
  mesh = await startTimeline();
});
afterAll(() => mesh[Symbol.asyncDispose]());

test("hydration drops what may not be shown and folds shares, but nothing changes places", async () => {
  const { ann, bob, cleo, dan } = await people(mesh, "ann", "bob", "cleo", "dan");
  for (const id of [bob, cleo, dan]) await follow(mesh, ann, id);
  const [bobs, cleos] = [await posts(mesh, bob, 6), await posts(mesh, cleo, 6)];
  const shares = new Map<string, string>();
  for (const postId of bobs.slice(0, 3)) shares.set(await share(mesh, dan, { authorId: bob, postId }), postId);
  await mute(mesh, ann, cleo);
  const gone = bobs[5] ?? "";
  await remove(mesh, { authorId: bob, postId: gone });
  await mesh.settle();
  const places = [...bobs, ...cleos, ...shares.keys(), mesh.timeline.ids.next()];
  const viewer = await readViewer(mesh.timeline, ann);
  const asked = fc.tuple(fc.shuffledSubarray(places), fc.integer({ min: 1, max: 8 }));
  await fc.assert(
    fc.asyncProperty(asked, async ([ids, limit]) => {
      const candidates = ids.map((id) => ({ id, source: ItemSource.PUSHED }));
      const now = mesh.clock.now();
      const page = await hydrate(mesh.timeline, undefined, candidates, { timeline: "HOME", viewer, now, limit });
      const shown = ids.filter((id) => !cleos.includes(id) && id !== gone && id !== places.at(-1));
      const firsts = shown.filter((id, at) => {
        const postOf = (one: string) => shares.get(one) ?? one;
        return shown.findIndex((other) => postOf(other) === postOf(id)) === at;
      });
      expect(page.items.map(({ candidate }) => candidate.id)).toEqual(firsts.slice(0, limit));
      expect(page.bytes).toHaveLength(page.items.length);
    }),
    { numRuns: 40 },
  );
});
