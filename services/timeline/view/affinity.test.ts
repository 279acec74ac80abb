import { Code, ConnectError } from "@connectrpc/connect";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { BatchGetAffinityRequest } from "#gen/skein/graph/v1/affinity_pb.ts";
import { startTimeline, type TimelineMesh } from "../testing/start.ts";
import { affinityOf } from "./affinity.ts";

/** What social-graph is asked; the toy's answer to the nth question is n, so that a later one is told from an earlier. */
const asked: string[][] = [];
let away = false;
const batchGetAffinity = () => async (request: unknown) => {
  const { accountIds } = request as BatchGetAffinityRequest;
  asked.push(accountIds);
  if (away) throw new ConnectError("away", Code.Unavailable);
  return { affinities: accountIds.map((accountId) => ({ accountId, score: asked.length })) };
};

let mesh: TimelineMesh;
beforeAll(async () => {
  mesh = await startTimeline({}, { graph: { batchGetAffinity } });
  await mesh.timeline.redis.whenUp();
});
afterAll(() => mesh[Symbol.asyncDispose]());

const someone = (): string => mesh.timeline.ids.next();
const look = async (viewer: string, ids: string[]) => {
  const found = await affinityOf(mesh.timeline, viewer, ids);
  return ids.map((id) => found.get(id));
};
const fresh = () => {
  asked.length = 0;
  return someone();
};

test("it is asked for once and remembered for a quarter of an hour", async () => {
  const [viewer, ann, bob, cleo] = [fresh(), someone(), someone(), someone()];
  expect(await look(viewer, [ann, bob])).toEqual([1, 1]);
  expect(await look(viewer, [bob, ann])).toEqual([1, 1]);
  expect(await look(viewer, [ann, cleo])).toEqual([1, 2]);
  expect(asked).toEqual([[ann, bob], [cleo]]);
  mesh.clock.advance(15 * 60_000 - 1_000);
  expect(await look(viewer, [ann])).toEqual([1]);
  mesh.clock.advance(1_001);
  expect(await look(viewer, [ann, bob, cleo])).toEqual([3, 3, 3]);
  expect(await look(viewer, [])).toEqual([]);
  expect(asked).toHaveLength(3);
});

test("what one viewer feels is nothing to another", async () => {
  const [viewer, ann] = [fresh(), someone()];
  expect(await look(viewer, [ann])).toEqual([1]);
  expect(await look(someone(), [ann])).toEqual([2]);
});

test("several reads at the same time ask once, and very many accounts go into several questions", async () => {
  const [viewer, crowd] = [fresh(), Array.from({ length: 201 }, someone)];
  const answers = await Promise.all([look(viewer, crowd), look(viewer, crowd.slice(5)), look(viewer, crowd)]);
  expect(asked.map(({ length }) => length)).toEqual([200, 1]);
  expect(answers.flat().every((score) => score !== undefined)).toBe(true);
});

test("whom social-graph cannot be asked about is missing, and asked about again at the next read", async () => {
  const [viewer, ann, bob] = [fresh(), someone(), someone()];
  expect(await look(viewer, [ann])).toEqual([1]);
  away = true;
  expect(await look(viewer, [ann, bob])).toEqual([1, undefined]);
  away = false;
  expect(await look(viewer, [ann, bob])).toEqual([1, 3]);
});

test("without Redis each process remembers what it asked itself", async () => {
  const [viewer, ann] = [fresh(), someone()];
  const deps = { ...mesh.timeline, redis: { ...mesh.timeline.redis, up: false } };
  for (const _ of [1, 2]) expect((await affinityOf(deps, viewer, [ann])).get(ann)).toBe(1);
  expect((await affinityOf(deps, viewer, [ann, someone()])).get(ann)).toBe(2);
});
