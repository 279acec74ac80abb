import { expect, test } from "vitest";
import {
  ContentFilterChangedSchema,
  HashtagFollowedSchema,
  HashtagUnfollowedSchema,
} from "#gen/skein/content/v1/content_events_pb.ts";
import { FilterAction } from "#gen/skein/content/v1/content_filter_pb.ts";
import { FilterRowSchema, HashtagFollowRowSchema } from "#gen/skein/content/v1/snapshot_rows_pb.ts";
import { OpsService } from "#gen/skein/ops/v1/ops_service_pb.ts";
import { Role } from "#gen/skein/options/v1/options_pb.ts";
import { partitionOf } from "#mesh/partition.ts";
import { as } from "#mesh/testing.ts";
import { readViewer } from "../store/viewer.ts";
import { people } from "../testing/people.ts";
import { startTimeline } from "../testing/start.ts";
import { tell, told } from "../testing/told-rows.ts";

test("filters and followed tags are those that were announced last, also when they are read anew", async () => {
  const snapshots = [told("filter", FilterRowSchema), told("hashtag-follow", HashtagFollowRowSchema)];
  await using mesh = await startTimeline({}, { snapshots });
  const { ann: accountId } = await people(mesh, "ann");
  const [one, two] = [mesh.timeline.ids.next(), mesh.timeline.ids.next()];
  const filter = (id: string, version: bigint, text: string) => ({
    ...{ id, version, rule: { phrases: [{ text }], action: FilterAction.HIDE } },
  });
  const change = (filterId: string, made?: ReturnType<typeof filter>) =>
    mesh.announce(ContentFilterChangedSchema, { accountId, filterId, ...(made && { filter: made }) });
  const seen = async () => {
    const viewer = await readViewer(mesh.timeline, accountId);
    const phrases = viewer.filters?.filters.map(({ rule }) => rule.phrases[0]?.text).sort();
    return { tags: viewer.tags, phrases };
  };
  await change(one, filter(one, 1n, "first"));
  await change(two, filter(two, 1n, "gone"));
  await change(one, filter(one, 2n, "second"));
  for (const tag of ["a", "b"]) await mesh.announce(HashtagFollowedSchema, { accountId, tag });
  await mesh.announce(HashtagUnfollowedSchema, { accountId, tag: "b" });
  await mesh.settle();
  expect(await seen()).toEqual({ tags: ["a"], phrases: ["gone", "second"] });
  await change(two);
  await mesh.announce(HashtagUnfollowedSchema, { accountId, tag: "a" });
  await mesh.announce(HashtagFollowedSchema, { accountId, tag: "b" });
  await mesh.settle();
  expect(await seen()).toEqual({ tags: ["b"], phrases: ["second"] });

  await tell(mesh, "filter", FilterRowSchema, accountId, { accountId, filter: filter(two, 9n, "owner's") });
  await tell(mesh, "hashtag-follow", HashtagFollowRowSchema, accountId, { accountId, tag: "c" });
  const admin = as(accountId, { roles: [Role.USER, Role.ADMIN] });
  const request = { consumer: "keep-wishes", partition: partitionOf(accountId) };
  for await (const _ of mesh.client(OpsService, "timeline").rebuildConsumer(request, admin));
  expect(await seen()).toEqual({ tags: ["c"], phrases: ["owner's"] });
});
