import { afterAll, beforeAll, expect, test } from "vitest";
import { GapReason, TimelineMode } from "#gen/skein/timeline/v1/timeline_pb.ts";
import { TimelineService } from "#gen/skein/timeline/v1/timeline_service_pb.ts";
import { refusal } from "#mesh/testing/refusal.ts";
import { as } from "#mesh/testing.ts";
import { remove, share } from "../testing/deeds.ts";
import { home, postsOf } from "../testing/pages.ts";
import { follow, people, posts } from "../testing/people.ts";
import { startTimeline, type TimelineMesh } from "../testing/start.ts";

let mesh: TimelineMesh;
beforeAll(async () => {
  mesh = await startTimeline();
});
afterAll(() => mesh[Symbol.asyncDispose]());

const { CHRONOLOGICAL, RANKED } = TimelineMode;

async function homeOf(count: number) {
  const { ann, bob } = await people(mesh, "ann", "bob");
  await follow(mesh, ann, bob);
  const made = await posts(mesh, bob, count);
  await mesh.settle();
  return { ann, bob, newest: made.toReversed() };
}

const fill = (accountId: string, gapToken: string, pageSize = 4) =>
  mesh.client(TimelineService).fillGap({ gapToken, pageSize }, as(accountId));

test("what is new beyond the page is a gap, and filling it brings all of it, page by page, and nothing else", async () => {
  const { ann, newest } = await homeOf(16);
  const known = newest[13] ?? "";
  const page = await home(mesh, ann, { mode: CHRONOLOGICAL, pageSize: 3, newestKnownItemId: known });
  expect(page.gaps).toMatchObject([{ reason: GapReason.NOT_READ_YET, afterItemId: newest[2] }]);
  const filled = [];
  for (let gap = page.gaps[0]; gap; ) {
    const answer = await fill(ann, gap.token);
    filled.push(...postsOf(answer.items));
    gap = answer.gaps[0];
    if (gap) expect(gap.afterItemId).toBe(answer.items.at(-1)?.id);
  }
  expect(filled).toEqual(newest.slice(3, 13));
});

test("there is no gap where the page reaches what the client has", async () => {
  const { ann, newest } = await homeOf(5);
  for (const newestKnownItemId of [newest[0], newest[2], newest[3]]) {
    const page = await home(mesh, ann, {
      mode: CHRONOLOGICAL,
      pageSize: 3,
      newestKnownItemId: newestKnownItemId ?? "",
    });
    expect(page.gaps).toEqual([]);
  }
});

test("the gap of a ranked head is what is new and not on its first page", async () => {
  const { ann, newest } = await homeOf(10);
  const page = await home(mesh, ann, { mode: RANKED, pageSize: 3, newestKnownItemId: newest[7] ?? "" });
  const shown = postsOf(page.items);
  const [gap] = page.gaps;
  const { items, gaps } = await fill(ann, gap?.token ?? "", 20);
  expect(gaps).toEqual([]);
  expect(postsOf(items)).toEqual(newest.slice(0, 7).filter((id) => !shown.includes(id)));
});

test("filling a gap brings no post that the page had, and none that was deleted meanwhile", async () => {
  const { ann, bob, newest } = await homeOf(10);
  const [, , , , old = "", gone = ""] = newest;
  await share(mesh, bob, { authorId: bob, postId: old });
  await mesh.settle();
  const page = await home(mesh, ann, { mode: CHRONOLOGICAL, pageSize: 2, newestKnownItemId: newest[8] ?? "" });
  expect(postsOf(page.items)).toEqual([old, newest[0]]);
  await remove(mesh, { authorId: bob, postId: gone });
  await mesh.settle();
  const { items } = await fill(ann, page.gaps[0]?.token ?? "", 20);
  expect(postsOf(items)).toEqual(newest.slice(1, 8).filter((id) => id !== old && id !== gone));
});

test("a token that was not given out for a gap is refused", async () => {
  const { ann } = await homeOf(4);
  const { nextPageToken } = await home(mesh, ann, { mode: CHRONOLOGICAL, pageSize: 2 });
  for (const token of ["nonsense", nextPageToken])
    expect((await refusal(fill(ann, token))).reason).toBe("PAGE_TOKEN_INVALID");
});
