import { timestampDate } from "@bufbuild/protobuf/wkt";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  Relation_MuteScope as MuteScope,
  VisibilityReason as Reason,
  Relation_Standing as Standing,
  Verdict,
} from "#gen/skein/common/v1/visibility_pb.ts";
import { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { Circle } from "#gen/skein/graph/v1/privacy_pb.ts";
import { Surface } from "#gen/skein/options/v1/options_pb.ts";
import { refusal } from "#mesh/testing/refusal.ts";
import { as, type TestMesh } from "#mesh/testing.ts";
import type { Deps } from "../deps.ts";
import { startGraphMesh } from "../testing/graph-mesh.ts";
import { crowd, settle } from "../testing/people.ts";
import { spentBy } from "../testing/spending.ts";
import { batchCheckVisibility } from "./batch-check-visibility.ts";

let mesh: TestMesh;
beforeAll(async () => {
  mesh = await startGraphMesh();
});
afterAll(() => mesh[Symbol.asyncDispose]());

const graph = () => mesh.client(GraphService);
const check = (viewerId: string, surface: Surface, subjectIds: string[]) =>
  graph().batchCheckVisibility({ viewerId, surface, subjectIds });

test("every subject is answered in the order asked, with verdict, reason and facts, the unknown as hidden", async () => {
  const [ann = "", bob = "", foe = "", mute = ""] = await crowd(mesh, "check", 4);
  const suspended = await settle(mesh, "check_suspended", { suspended: true });
  const off = await settle(mesh, "check_off", { deactivated: true, suspended: true });
  const unknown = mesh.deps<Deps>("social-graph").ids.next();
  await graph().followAccount({ accountId: bob }, as(ann));
  await graph().blockAccount({ accountId: ann }, as(foe));
  await graph().muteAccount({ accountId: mute }, as(ann));
  const subjects = [ann, bob.toUpperCase(), foe, mute, suspended, off, unknown, bob];
  const home = await check(ann, Surface.HOME, subjects);
  expect(home.subjects.map(({ reason }) => reason)).toEqual([
    ...[Reason.SELF, Reason.OPEN, Reason.BLOCKED_BY, Reason.MUTED, Reason.ACCOUNT_SUSPENDED],
    ...[Reason.ACCOUNT_HIDDEN, Reason.UNKNOWN, Reason.OPEN],
  ]);
  expect(home.subjects.map(({ relation }) => relation?.standing)).toEqual([
    ...Array(4).fill(Standing.ACTIVE),
    ...[Standing.SUSPENDED, Standing.HIDDEN, Standing.UNSPECIFIED, Standing.ACTIVE],
  ]);
  expect(home.subjects[1]?.relation).toMatchObject({ accountId: bob, following: true });
  const thread = await check(ann, Surface.THREAD, [mute]);
  expect(thread.subjects).toMatchObject([
    { verdict: Verdict.WARN, relation: { muted: [MuteScope.HOME, MuteScope.NOTIFICATIONS] } },
  ]);
  const anonymous = await check("", Surface.PROFILE, [foe, suspended]);
  expect(anonymous.subjects.map(({ verdict }) => verdict)).toEqual([Verdict.ALLOW, Verdict.HIDE]);
});

test("who may mention and reply is as the account wishes, and nobody may who is parted from it", async () => {
  const [ann = "", near = "", far = "", foe = ""] = await crowd(mesh, "circle", 4);
  await graph().updatePrivacySettings({ whoMayMention: Circle.FOLLOWED, whoMayReply: Circle.NOBODY }, as(ann));
  for (const one of [near, foe]) await graph().followAccount({ accountId: one }, as(ann));
  await graph().blockAccount({ accountId: ann }, as(foe));
  const asSeenBy = async (viewer: string) => {
    const { subjects } = await check(viewer, Surface.THREAD, [ann]);
    return subjects.map(({ mayMention, mayReply }) => [mayMention, mayReply])[0];
  };
  expect(await Promise.all([ann, near, far, foe, ""].map(asSeenBy))).toEqual([
    [true, true],
    [true, false],
    [false, false],
    [false, false],
    [false, false],
  ]);
});

test("an answer says up to when it knows where accounts stand, and costs one statement for two hundred", async () => {
  const people = await crowd(mesh, "many", 200);
  await mesh.settle();
  const { freshAsOf, subjects } = await check(people[0] ?? "", Surface.HOME, people);
  expect(subjects).toHaveLength(200);
  expect(timestampDate(freshAsOf as never).getTime()).toBeGreaterThan(mesh.clock.now().getTime() - 60_000);
  const call = {
    method: GraphService.method.batchCheckVisibility,
    handler: batchCheckVisibility,
    caller: people[0] ?? "",
  };
  const { spent } = await spentBy(mesh, call, { surface: Surface.HOME, subjectIds: people });
  expect(spent).toEqual({ sql: 1, redis: 0, rpc: 0 });
});

test("nobody asks without a surface, or for too many", async () => {
  const [ann = ""] = await crowd(mesh, "rules", 1);
  expect((await refusal(check(ann, Surface.UNSPECIFIED, [ann]))).reason).toBe("INVALID_REQUEST");
  expect((await refusal(check(ann, Surface.HOME, Array(201).fill(ann)))).reason).toBe("INVALID_REQUEST");
});
