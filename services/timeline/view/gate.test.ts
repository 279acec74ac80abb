import { Code, ConnectError } from "@connectrpc/connect";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import {
  Audience,
  Relation_MuteScope as Mute,
  VisibilityReason as Reason,
  Relation_Standing as Standing,
} from "#gen/skein/common/v1/visibility_pb.ts";
import {
  AccountBlockedSchema,
  AccountFollowedSchema,
  AccountMutedSchema,
  PrivacySettingsChangedSchema,
} from "#gen/skein/graph/v1/graph_events_pb.ts";
import type { BatchCheckVisibilityRequest } from "#gen/skein/graph/v1/relationship_pb.ts";
import { Surface } from "#gen/skein/options/v1/options_pb.ts";
import { MissingSource } from "#gen/skein/timeline/v1/timeline_pb.ts";
import { follow, people } from "../testing/people.ts";
import { startTimeline, type TimelineMesh } from "../testing/start.ts";
import { type Gate, gate } from "./gate.ts";

/** What social-graph is asked, and what the toy answers: everybody is fine, unless it is away. */
const asked: BatchCheckVisibilityRequest[] = [];
let away = false;
const batchCheckVisibility = () => async (request: unknown) => {
  const question = request as BatchCheckVisibilityRequest;
  asked.push(question);
  if (away) throw new ConnectError("away", Code.Unavailable);
  return { subjects: question.subjectIds.map((accountId) => ({ relation: { accountId, standing: Standing.ACTIVE } })) };
};

let mesh: TimelineMesh;
beforeAll(async () => {
  mesh = await startTimeline({}, { graph: { batchCheckVisibility } });
});
afterAll(() => mesh[Symbol.asyncDispose]());

const FRESH = { freshness: async () => mesh.clock.now() };
const STALE = { freshness: async () => new Date(0) };

const open = async (how: object, viewer: string | undefined, accounts: string[], more: { doubted?: boolean } = {}) => {
  await mesh.settle();
  asked.length = 0;
  return gate({ ...mesh.timeline, ...how }, undefined, viewer, Surface.HOME, { accounts, posts: [], ...more });
};
const byAuthor = (authorId: string, audience: Audience = Audience.PUBLIC, mentioned: string[] = []) => ({
  ...{ authorId, audience, mentioned },
});
const why = (opened: Gate, authorId: string, sharedBy?: string) =>
  opened.judge(byAuthor(authorId), { surface: Surface.HOME, share: sharedBy ? { actorId: sharedBy } : undefined })
    .reason;

test("while what we know is fresh nobody is asked, and it decides", async () => {
  const { ann, bob, eve } = await people(mesh, "ann", "bob", "eve");
  await follow(mesh, ann, bob);
  await mesh.announce(AccountBlockedSchema, { blockerId: eve, blockedId: ann });
  const opened = await open(FRESH, ann, [bob, eve, ann]);
  expect([why(opened, bob), why(opened, eve), why(opened, ann)]).toEqual([Reason.OPEN, Reason.BLOCKED_BY, Reason.SELF]);
  expect(opened.missing).toEqual([]);
  expect(asked).toEqual([]);
  expect(why(opened, mesh.timeline.ids.next())).toBe(Reason.NOT_KNOWN_IN_TIME);
});

test("a share needs both: its author's and its sharer's leave", async () => {
  const { ann, bob, eve, fay, gus } = await people(mesh, "ann", "bob", "eve", "fay", "gus");
  await mesh.announce(AccountFollowedSchema, { followerId: ann, followeeId: bob, hideReposts: true });
  await follow(mesh, ann, fay);
  await mesh.announce(AccountMutedSchema, { muterId: ann, mutedId: fay, scopes: [Mute.REPOSTS] });
  await mesh.announce(PrivacySettingsChangedSchema, { accountId: gus, settings: { locked: true } });
  const opened = await open(FRESH, ann, [bob, eve, fay, gus]);
  expect(why(opened, eve)).toBe(Reason.OPEN);
  expect(why(opened, eve, eve)).toBe(Reason.OPEN);
  expect(why(opened, bob)).toBe(Reason.OPEN);
  expect(why(opened, eve, bob)).toBe(Reason.REPOSTS_HIDDEN);
  expect(why(opened, eve, fay)).toBe(Reason.MUTED);
  expect(why(opened, eve, gus)).toBe(Reason.LOCKED);
  expect(why(opened, gus, eve)).toBe(Reason.LOCKED);
});

test("whom a post is meant for decides the audience, not the timeline", async () => {
  const { ann, bob } = await people(mesh, "ann", "bob");
  const opened = await open(FRESH, ann, [bob]);
  const { judge } = opened;
  const audience = (of: Audience, mentioned: string[] = []) =>
    judge(byAuthor(bob, of, mentioned), { surface: Surface.HOME }).reason;
  expect(audience(Audience.FOLLOWERS)).toBe(Reason.AUDIENCE);
  expect(audience(Audience.MENTIONED)).toBe(Reason.AUDIENCE);
  expect(audience(Audience.MENTIONED, [ann])).toBe(Reason.OPEN);
  expect(audience(Audience.PRIVATE, [ann])).toBe(Reason.AUDIENCE);
});

test("when what we know is old, or less than the caller has seen, social-graph is asked once and decides", async () => {
  const { ann, bob } = await people(mesh, "ann", "bob");
  await mesh.announce(AccountBlockedSchema, { blockerId: ann, blockedId: bob });
  for (const opened of [await open(STALE, ann, [bob, ann]), await open(FRESH, ann, [bob, ann], { doubted: true })]) {
    expect(why(opened, bob)).toBe(Reason.OPEN); // the toy has not heard of any block
    expect(opened.missing).toEqual([]);
    expect(asked).toMatchObject([{ viewerId: ann, surface: Surface.HOME, subjectIds: [bob, ann] }]);
    expect(opened.authors.get(bob)?.handle).toBe("bob");
  }
  expect(why(await open(FRESH, ann, [bob]), bob)).toBe(Reason.BLOCKING);
});

test("a page with very many accounts is asked about in several questions", async () => {
  const accounts = Array.from({ length: 201 }, () => mesh.timeline.ids.next());
  const opened = await open(STALE, undefined, accounts);
  expect(asked.map(({ viewerId, subjectIds }) => [viewerId, subjectIds.length])).toEqual([
    ["", 200],
    ["", 1],
  ]);
  expect(opened.between.size).toBe(201);
});

test("when social-graph cannot be asked either, nobody is shown, and the page says so", async () => {
  const { ann, bob } = await people(mesh, "ann", "bob");
  await follow(mesh, ann, bob);
  away = true;
  const opened = await open(STALE, ann, [bob]);
  away = false;
  expect(why(opened, bob)).toBe(Reason.NOT_KNOWN_IN_TIME);
  expect(opened.missing).toEqual([MissingSource.VISIBILITY]);
});

test("what we know is as fresh as what social-graph and identity announced last", async () => {
  const { now } = mesh.clock;
  const since = now();
  await vi.waitFor(
    async () => expect((await mesh.timeline.freshness()).getTime()).toBeGreaterThan(since.getTime()),
    10_000,
  );
});
