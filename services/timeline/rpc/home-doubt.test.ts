import { Code, ConnectError } from "@connectrpc/connect";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { Relation_Standing as Standing } from "#gen/skein/common/v1/visibility_pb.ts";
import type { BatchCheckVisibilityRequest } from "#gen/skein/graph/v1/relationship_pb.ts";
import {
  GapReason,
  MissingSource,
  Completeness_State as State,
  TimelineMode,
} from "#gen/skein/timeline/v1/timeline_pb.ts";
import { TimelineService } from "#gen/skein/timeline/v1/timeline_service_pb.ts";
import { as } from "#mesh/testing.ts";
import { home, postsOf } from "../testing/pages.ts";
import { follow, people, post, posts } from "../testing/people.ts";
import { startTimeline, type TimelineMesh } from "../testing/start.ts";

let mesh: TimelineMesh;
let answers: (id: string) => object | undefined;
let asked = 0;
const checked = () => async (request: unknown) => {
  asked++;
  const { subjectIds } = request as BatchCheckVisibilityRequest;
  const subjects = subjectIds.map((accountId) => ({ relation: answers(accountId) }));
  if (subjects.some(({ relation }) => !relation)) throw new ConnectError("away", Code.Unavailable);
  return { subjects };
};
beforeAll(async () => {
  // What is known is always too late: a clock that is moved on is told about by the next beat.
  mesh = await startTimeline({ TIMELINE_FRESH_WITHIN: "0s" }, { graph: { batchCheckVisibility: checked } });
});
afterAll(() => mesh[Symbol.asyncDispose]());
beforeEach(() => {
  asked = 0;
});

const { CHRONOLOGICAL, RANKED } = TimelineMode;
const friend = (accountId: string) => ({ accountId, standing: Standing.ACTIVE, following: true });

async function homeOf(count: number) {
  const { ann, bob, cleo } = await people(mesh, "ann", "bob", "cleo");
  for (const id of [bob, cleo]) await follow(mesh, ann, id);
  const bobs = await posts(mesh, bob, count);
  const cleos = await post(mesh, cleo, "cleo's");
  await mesh.settle();
  return { ann, bob, cleo, bobs, cleos };
}

test.each([
  ["by time", CHRONOLOGICAL],
  ["ranked", RANKED],
])(
  "who may see whom is asked once a page when it is known too late, and what the owner says holds: %s",
  async (_, mode) => {
    const { ann, bob, bobs } = await homeOf(3);
    answers = (id) => (id === bob ? friend(id) : { ...friend(id), blockedBy: true });
    const page = await home(mesh, ann, { mode });
    expect(postsOf(page.items).toSorted()).toEqual(bobs);
    expect(page.completeness).toMatchObject({ missingSources: mode === RANKED ? [MissingSource.AFFINITY] : [] });
    expect(asked).toBe(1);
  },
);

test("whom nobody can tell about in time is left out, and the page says that it is partial and where", async () => {
  const { ann, bobs, cleos } = await homeOf(2);
  answers = () => undefined;
  const page = await home(mesh, ann, { mode: CHRONOLOGICAL });
  expect(page.items).toEqual([]);
  expect(page.completeness).toMatchObject({ state: State.PARTIAL, missingSources: [MissingSource.VISIBILITY] });
  expect(page.gaps).toMatchObject([{ reason: GapReason.SOURCE_AWAY, afterItemId: "" }]);
  answers = friend;
  const gapToken = page.gaps[0]?.token ?? "";
  const filled = await mesh.client(TimelineService).fillGap({ gapToken }, as(ann));
  expect(postsOf(filled.items)).toEqual([cleos, ...bobs.toReversed()]);
  expect(filled).toMatchObject({ gaps: [], completeness: { state: State.COMPLETE } });
});
