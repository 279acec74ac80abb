import { create, toBinary } from "@bufbuild/protobuf";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  ContentFilterChangedSchema,
  HashtagFollowedSchema,
  HashtagUnfollowedSchema,
} from "#gen/skein/content/v1/content_events_pb.ts";
import { FilterAction } from "#gen/skein/content/v1/content_filter_pb.ts";
import { FanoutTier } from "#gen/skein/graph/v1/counts_pb.ts";
import {
  AccountUnfollowedSchema,
  FanoutTierChangedSchema,
  FollowChangedSchema,
  ListChangedSchema,
} from "#gen/skein/graph/v1/graph_events_pb.ts";
import { TimelineMode, TimelineSettingsSchema } from "#gen/skein/timeline/v1/timeline_pb.ts";
import { sql } from "#mesh/store/sql.ts";
import { follow, people } from "../testing/people.ts";
import { startTimeline, type TimelineMesh } from "../testing/start.ts";
import { createKnownViewers } from "./known-viewers.ts";
import { readViewer, type Viewer } from "./viewer.ts";

let mesh: TimelineMesh;
beforeAll(async () => {
  mesh = await startTimeline();
});
afterAll(() => mesh[Symbol.asyncDispose]());

/** The viewer as this process knows it, which is as one knows it that has never heard of it before. */
async function viewerNow(id: string): Promise<Viewer> {
  await mesh.settle();
  const known = await readViewer(mesh.timeline, id);
  const anew = await readViewer({ ...mesh.timeline, viewers: createKnownViewers() }, id);
  const plain = ({ pullSet, filters, ...rest }: Viewer) => ({
    ...{ ...rest, pullSet: [...pullSet].sort(), filters: filters?.filters },
  });
  expect(plain(known)).toEqual(plain(anew));
  return known;
}

const tier = (accountId: string, to: FanoutTier) => mesh.announce(FanoutTierChangedSchema, { accountId, tier: to });

test("nobody in particular wants nothing in particular", async () => {
  const { ann } = await people(mesh, "ann");
  expect(await viewerNow(ann)).toMatchObject({
    ...{ accountId: ann, filters: undefined, filterEpoch: "", tags: [], pullSet: [], exclusiveLists: [] },
    settings: { mode: TimelineMode.UNSPECIFIED, hideReposts: false, languages: [] },
  });
});

test("pulled are those of the followed whom too many follow, whatever changes first", async () => {
  const { ann, bob, cleo, dan } = await people(mesh, "ann", "bob", "cleo", "dan");
  const pulled = async () => new Set((await viewerNow(ann)).pullSet);
  await follow(mesh, ann, bob);
  await follow(mesh, ann, cleo);
  expect(await pulled()).toEqual(new Set());
  await tier(bob, FanoutTier.PULL);
  await tier(dan, FanoutTier.PULL);
  expect(await pulled()).toEqual(new Set([bob]));
  await follow(mesh, ann, dan);
  expect(await pulled()).toEqual(new Set([bob, dan]));
  await tier(bob, FanoutTier.PUSH); // what it posted until now stays to be pulled
  expect(await pulled()).toEqual(new Set([bob, dan]));
  await mesh.announce(FollowChangedSchema, { followerId: ann, followeeId: dan, hideFromHome: true });
  expect(await pulled()).toEqual(new Set([bob]));
  await mesh.announce(AccountUnfollowedSchema, { followerId: ann, followeeId: bob });
  expect(await pulled()).toEqual(new Set());
});

test("filters are those that hold now, each change is another epoch, and nothing is made ready twice", async () => {
  const { ann: accountId } = await people(mesh, "ann");
  const [one, two] = [mesh.timeline.ids.next(), mesh.timeline.ids.next()];
  const filter = (id: string, version: bigint, text: string) => ({
    ...{ accountId, filterId: id },
    filter: { id, version, rule: { phrases: [{ text }], action: FilterAction.HIDE } },
  });
  const phrases = ({ filters }: Viewer) => filters?.filters.map(({ id, rule }) => [id, rule.phrases[0]?.text]);
  await mesh.announce(ContentFilterChangedSchema, filter(one, 1n, "first"), filter(two, 1n, "second"));
  const before = await viewerNow(accountId);
  expect(phrases(before)).toEqual([
    [one, "first"],
    [two, "second"],
  ]);
  expect((await viewerNow(accountId)).filters).toBe(before.filters);
  await mesh.announce(ContentFilterChangedSchema, filter(two, 2n, "other"));
  const after = await viewerNow(accountId);
  expect(phrases(after)).toEqual([
    [one, "first"],
    [two, "other"],
  ]);
  expect(after.filterEpoch).not.toBe(before.filterEpoch);
  await mesh.announce(ContentFilterChangedSchema, { accountId, filterId: one }, { accountId, filterId: two });
  expect(await viewerNow(accountId)).toMatchObject({ filters: undefined, filterEpoch: "" });
});

test("settings, tags and exclusive lists are as they were last set", async () => {
  const { ann } = await people(mesh, "ann");
  const listId = mesh.timeline.ids.next();
  await mesh.announce(HashtagFollowedSchema, { accountId: ann, tag: "knots" }, { accountId: ann, tag: "yarn" });
  await mesh.announce(ListChangedSchema, {
    ...{ ownerId: ann, listId },
    change: { case: "saved", value: { title: "near", exclusive: true } },
  });
  const settings = create(TimelineSettingsSchema, { mode: TimelineMode.CHRONOLOGICAL, languages: ["eo"] });
  await mesh.timeline.db.query(sql`insert into timeline_settings (account_id, settings)
    values (${ann}, ${Buffer.from(toBinary(TimelineSettingsSchema, settings))})`);
  expect(await viewerNow(ann)).toMatchObject({ settings, tags: ["knots", "yarn"], exclusiveLists: [listId] });
  await mesh.announce(HashtagUnfollowedSchema, { accountId: ann, tag: "knots" });
  await mesh.announce(ListChangedSchema, { ownerId: ann, listId, change: { case: "deleted", value: {} } });
  expect(await viewerNow(ann)).toMatchObject({ tags: ["yarn"], exclusiveLists: [] });
});
