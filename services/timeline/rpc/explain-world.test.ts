import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Role } from "#gen/skein/options/v1/options_pb.ts";
import { ProjectionAdminService } from "#gen/skein/timeline/v1/projection_admin_service_pb.ts";
import { AbsenceRule as Rule, TimelineMode } from "#gen/skein/timeline/v1/timeline_pb.ts";
import { TimelineService } from "#gen/skein/timeline/v1/timeline_service_pb.ts";
import { refusal } from "#mesh/testing/refusal.ts";
import { as } from "#mesh/testing.ts";
import { home, leafThrough } from "../testing/pages.ts";
import { make, worlds } from "../testing/random-world.ts";
import { startTimeline, type TimelineMesh } from "../testing/start.ts";

let mesh: TimelineMesh;
beforeAll(async () => {
  const closeness = (id: string) => 1 + Number.parseInt(id.slice(-2), 16) / 100;
  const batchGetAffinity = () => async (request: object) => ({
    affinities: (request as { accountIds: string[] }).accountIds.map((accountId) => ({
      accountId,
      score: closeness(accountId),
    })),
  });
  mesh = await startTimeline(
    { TIMELINE_FRESH_WITHIN: "1h", TIMELINE_HEAD_ENTRIES: "20" },
    { graph: { batchGetAffinity } },
  );
  // Without the spreading of the head its order is that of the scores alone.
  const config = { config: {}, updateMask: { paths: ["rerank_top"] } };
  const operator = as(mesh.timeline.ids.next(), { roles: [Role.ADMIN] });
  await mesh.client(ProjectionAdminService).updateRankingConfig(config, operator);
});
afterAll(() => mesh[Symbol.asyncDispose]());

test("in any world a post is in the home or a rule is named that keeps it out, and what is there is explained as it stands", async () => {
  const service = mesh.client(TimelineService);
  const rules = new Set<Rule>();
  const explained = fc.asyncProperty(worlds, async (steps) => {
    const { viewer, posts } = await make(mesh, steps);
    const inHome = await leafThrough(mesh, viewer, { mode: TimelineMode.CHRONOLOGICAL, pageSize: 100 });
    const there = new Set(inHome.map(({ post }) => post?.card?.id));
    const missing = await refusal(service.explainTimelineItem({ postId: mesh.timeline.ids.next() }, as(viewer)));
    for (const { postId } of posts) {
      const { rule, explanation } = await service.explainAbsence({ postId }, as(viewer));
      rules.add(rule);
      expect([postId, rule === Rule.PRESENT]).toEqual([postId, there.has(postId)]);
      expect(explanation).not.toBe("");
      if (there.has(postId)) continue;
      const refused = await refusal(service.explainTimelineItem({ postId }, as(viewer)));
      expect(JSON.stringify(refused)).toBe(JSON.stringify(missing));
    }
    const { items } = await home(mesh, viewer, { mode: TimelineMode.RANKED, pageSize: 100 });
    const told = [];
    for (const { post } of items)
      told.push(await service.explainTimelineItem({ postId: post?.card?.id ?? "" }, as(viewer)));
    expect(told.map(({ itemId }) => itemId)).toEqual(items.map(({ id }) => id));
    expect(told.map(({ source }) => source)).toEqual(items.map(({ source }) => source));
    const ranked = told.filter(({ rank }) => rank > 0);
    expect(ranked.map(({ rank }) => rank)).toEqual(ranked.map((_, at) => at + 1));
    expect(told.slice(ranked.length).every(({ rank }) => rank === 0)).toBe(true);
    const scores = ranked.map(({ score }) => score);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    for (const { score, terms } of told) {
      const of = (name: string) => terms.find((term) => term.name === name)?.contribution ?? Number.NaN;
      const product =
        (1 + of("likes") + of("replies") + of("shares")) *
        of("age") *
        of("affinity") *
        of("feedback") *
        of("moderation");
      expect(score / product).toBeCloseTo(1, 9);
    }
  });
  await fc.assert(explained, { seed: 942789923, path: "0", endOnFailure: true }); // own posts behind the head
  await fc.assert(explained, { numRuns: Number(process.env.EXPLAIN_RUNS ?? 6), endOnFailure: true });
  expect(rules.size).toBeGreaterThan(3);
}, 180_000);
