import { create } from "@bufbuild/protobuf";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { BatchGetAffinityRequest } from "#gen/skein/graph/v1/affinity_pb.ts";
import { TimelineMode } from "#gen/skein/timeline/v1/timeline_pb.ts";
import { ListHomeTimelineRequestSchema, TimelineService } from "#gen/skein/timeline/v1/timeline_service_pb.ts";
import { followTag, share } from "../testing/deeds.ts";
import { home } from "../testing/pages.ts";
import { follow, people, post } from "../testing/people.ts";
import { spentBy } from "../testing/spending.ts";
import { startTimeline, type TimelineMesh } from "../testing/start.ts";
import { listHomeTimeline } from "./list-home-timeline.ts";

let mesh: TimelineMesh;
beforeAll(async () => {
  mesh = await startTimeline({}, { graph: { batchGetAffinity: strangers } });
});
afterAll(() => mesh[Symbol.asyncDispose]());

const strangers = () => async (request: unknown) => {
  const { accountIds } = request as BatchGetAffinityRequest;
  return { affinities: accountIds.map((accountId) => ({ accountId, score: 1 })) };
};

const { CHRONOLOGICAL, RANKED } = TimelineMode;

async function busyHome() {
  const { ann, bob, cleo } = await people(mesh, "ann", "bob", "cleo");
  await follow(mesh, ann, bob);
  const theirs = { authorId: cleo, postId: await post(mesh, cleo, "a stranger's") };
  const quoted = { quoted: { postId: theirs.postId, authorId: cleo } };
  for (let n = 0; n < 12; n++) await post(mesh, bob, `${n}`, n % 4 === 0 ? quoted : {});
  await share(mesh, bob, theirs);
  await mesh.settle();
  return ann;
}

test.each([
  ["by time, first page", CHRONOLOGICAL, 1, { sql: 0, redis: 2 }],
  ["by time, second page", CHRONOLOGICAL, 2, { sql: 0, redis: 2 }],
  ["ranked, first page", RANKED, 1, { sql: 0, redis: 3 }],
  ["ranked, second page", RANKED, 2, { sql: 0, redis: 3 }],
])("a warm home costs no statement and at most three trips, and asks nobody: %s", async (_, mode, page, most) => {
  const ann = await busyHome();
  let pageToken = "";
  for (let read = 0; read < 2; read++) {
    pageToken = "";
    for (let at = 1; at < page; at++) pageToken = (await home(mesh, ann, { mode, pageSize: 5 })).nextPageToken;
    await home(mesh, ann, { mode, pageSize: 5, pageToken });
  }
  const request = create(ListHomeTimelineRequestSchema, { mode, pageSize: 5, pageToken });
  const { listHomeTimeline: method } = TimelineService.method;
  const spent = await spentBy(mesh, method, ann, (ctx) => listHomeTimeline(mesh.timeline)(request, ctx));
  expect(spent).toEqual({ ...most, rpc: 0 });
});

test("followed tags cost a statement", async () => {
  const ann = await busyHome();
  await followTag(mesh, ann, "weaving");
  await mesh.settle();
  await home(mesh, ann, { mode: CHRONOLOGICAL });
  const request = create(ListHomeTimelineRequestSchema, { mode: CHRONOLOGICAL });
  const { listHomeTimeline: method } = TimelineService.method;
  const spent = await spentBy(mesh, method, ann, (ctx) => listHomeTimeline(mesh.timeline)(request, ctx));
  expect(spent).toEqual({ sql: 1, redis: 2, rpc: 0 });
});
