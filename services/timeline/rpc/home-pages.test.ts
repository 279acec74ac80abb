import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { TimelineMode } from "#gen/skein/timeline/v1/timeline_pb.ts";
import { edit, like, mute, type Of, remove, share, unshare } from "../testing/deeds.ts";
import { leafThrough, postsOf } from "../testing/pages.ts";
import { follow, people, post } from "../testing/people.ts";
import { startTimeline, type TimelineMesh } from "../testing/start.ts";

let mesh: TimelineMesh;
beforeAll(async () => {
  // A head so small that readings go on behind it.
  mesh = await startTimeline({ TIMELINE_HEAD_ENTRIES: "20" });
});
afterAll(() => mesh[Symbol.asyncDispose]());

const { CHRONOLOGICAL, RANKED } = TimelineMode;

/** What a step of a story does, and by whom; `which` picks a post or a share, the newest first. */
const step = fc.record({
  kind: fc.constantFrom("post", "post", "share", "share", "unshare", "edit", "delete", "like", "mute", "rescore"),
  by: fc.nat(3),
  which: fc.nat(12),
});
const story = fc.record({
  before: fc.array(step, { minLength: 15, maxLength: 45 }),
  meanwhile: fc.array(fc.array(step, { maxLength: 4 }), { minLength: 1, maxLength: 5 }),
  pageSize: fc.integer({ min: 1, max: 9 }),
  mode: fc.constantFrom(CHRONOLOGICAL, RANKED),
});

/** Plays steps for ann, who follows three others. What was taken away meanwhile nobody may expect any more. */
function stage(ann: string, others: readonly string[]) {
  const posts: Of[] = [];
  const shares: { by: string; id: string; of: Of }[] = [];
  const gone = new Set<string>();
  const pick = <T>(list: readonly T[], which: number): T | undefined =>
    list.toReversed()[which % Math.max(1, list.length)];
  async function play({ kind, by, which }: { kind: string; by: number; which: number }): Promise<void> {
    const actor = others[by % others.length] ?? "";
    const of = pick(posts, which);
    if (kind === "rescore") return void (await mesh.runJob("timeline", "rescore-posts"));
    if (kind === "post" || !of) posts.push({ authorId: actor, postId: await post(mesh, actor, `${posts.length}`) });
    else if (kind === "share") shares.push({ by: actor, of, id: await share(mesh, actor, of) });
    else if (kind === "edit") await edit(mesh, of, "better");
    else if (kind === "like") await like(mesh, actor, of);
    else if (kind === "delete") {
      gone.add(of.postId);
      await remove(mesh, of);
    } else if (kind === "unshare") {
      const one = pick(shares, which);
      if (one) await unshare(mesh, one.by, one.id, one.of);
    } else if (kind === "mute" && which === 0) {
      for (const { authorId, postId } of posts) if (authorId === actor) gone.add(postId);
      for (const { of } of shares.filter((one) => one.by === actor)) gone.add(of.postId);
      await mute(mesh, ann, actor);
    }
  }
  return { play, gone };
}

test("pages behind each other are one scan: nothing comes twice, nothing is skipped, whatever happens in between", async () => {
  await fc.assert(
    fc.asyncProperty(story, async ({ before, meanwhile, pageSize, mode }) => {
      const { ann, ...rest } = await people(mesh, "ann", "bob", "cleo", "dan", "eve");
      const { eve, ...followed } = rest;
      for (const id of Object.values(followed)) await follow(mesh, ann, id);
      const { play, gone } = stage(ann, [...Object.values(followed), eve]);
      for (const one of before) await play(one);
      await mesh.settle();
      const scan = await leafThrough(mesh, ann, { mode, pageSize: 100 });
      gone.clear();
      const read = await leafThrough(mesh, ann, {
        ...{ mode, pageSize },
        async between(page) {
          for (const one of meanwhile[page - 1] ?? []) await play(one);
          if (meanwhile[page - 1]?.length) await mesh.settle();
        },
      });
      const [seen, expected] = [postsOf(read), postsOf(scan).filter((id) => !gone.has(id ?? ""))];
      expect(new Set(seen).size).toBe(seen.length);
      // What was unshared meanwhile may have no place left; all else is there.
      const lost = expected.filter((id) => !seen.includes(id));
      const later = new Set((await leafThrough(mesh, ann, { mode, pageSize: 100 })).map(({ post }) => post?.card?.id));
      expect(lost.filter((id) => later.has(id))).toEqual([]);
      const places = read.map(({ id }) => id);
      if (mode === CHRONOLOGICAL) expect(places).toEqual(places.toSorted().toReversed());
      else expect(seen.filter((id) => expected.includes(id))).toEqual(expected.filter((id) => seen.includes(id)));
    }),
    { numRuns: 20, endOnFailure: true },
  );
}, 120_000);
