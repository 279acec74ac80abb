import { Code } from "@connectrpc/connect";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Audience } from "#gen/skein/common/v1/visibility_pb.ts";
import { HashtagFollowedSchema, HashtagUnfollowedSchema } from "#gen/skein/content/v1/content_events_pb.ts";
import { HashtagService } from "#gen/skein/content/v1/hashtag_service_pb.ts";
import { partitionOf } from "#mesh/partition.ts";
import { sql } from "#mesh/store/sql.ts";
import { refusal } from "#mesh/testing/refusal.ts";
import { as } from "#mesh/testing.ts";
import { announced, eventsOf } from "../testing/logged.ts";
import { settle } from "../testing/people.ts";
import { postAs } from "../testing/post-as.ts";
import { type ContentMesh, startContent } from "../testing/start.ts";

let mesh: ContentMesh;
beforeAll(async () => {
  mesh = await startContent({ CONTENT_MAX_FOLLOWED_HASHTAGS: "4" });
});
afterAll(() => mesh[Symbol.asyncDispose]());

const client = () => mesh.client(HashtagService);
const follow = async (who: string, tag: string) => (await client().followHashtag({ tag }, as(who))).hashtag;
const unfollow = (who: string, tag: string) => client().unfollowHashtag({ tag }, as(who));
const list = async (tag: string, who?: string) =>
  (await client().listPostsByHashtag({ tag }, who ? as(who) : {})).posts.map(({ card }) => card?.text);

test("public posts are found by tag in whatever case and width, newest first, by anybody", async () => {
  const { ann, bob } = await settle(mesh, "ann", "bob");
  await postAs(mesh, ann, { text: "one #Straße" });
  await postAs(mesh, bob, { text: "two #STRASSE #strasse" });
  await postAs(mesh, ann, { text: "three #ｓｔｒａｓｓｅ" });
  await postAs(mesh, ann, { text: "mine #strasse", audience: Audience.FOLLOWERS });
  await postAs(mesh, ann, { text: "#strassenbahn" });
  for (const tag of ["strasse", "#Straße", "＃STRASSE"])
    expect(await list(tag)).toEqual(["three #ｓｔｒａｓｓｅ", "two #STRASSE #strasse", "one #Straße"]);
  expect(await refusal(list("20_26"))).toMatchObject({ code: Code.InvalidArgument, reason: "HASHTAG_INVALID" });
  expect(await list("nothing")).toEqual([]);
});

test("what a viewer may not see leaves a shorter page, never a gap or an early end", async () => {
  const { cid, dan, eve } = await settle(mesh, "cid", "dan", "eve");
  mesh.graph.block(dan, cid);
  const expected: string[] = [];
  for (let n = 0; n < 25; n++) {
    const byBlocker = n % 5 !== 0;
    await postAs(mesh, byBlocker ? dan : eve, { text: `#mixed ${n}` });
    if (!byBlocker) expected.unshift(`#mixed ${n}`);
  }
  const seen: (string | undefined)[] = [];
  const sizes: number[] = [];
  for (let pageToken = "", more = true; more; more = pageToken !== "") {
    const page = await client().listPostsByHashtag({ tag: "mixed", pageSize: 2, pageToken }, as(cid));
    seen.push(...page.posts.map(({ card }) => card?.text));
    sizes.push(page.posts.length);
    pageToken = page.nextPageToken;
  }
  expect(seen).toEqual(expected);
  expect(sizes.slice(0, -1).some((size) => size < 2)).toBe(true);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(2);
});

test("following a tag again changes nothing, not even how it was written, and is announced once", async () => {
  const { fay } = await settle(mesh, "fay");
  const first = await follow(fay, "#BerLin");
  expect(first).toMatchObject({ tag: "berlin", name: "BerLin" });
  mesh.clock.advance(1_000);
  const again = await Promise.all([follow(fay, "berlin"), follow(fay, "BERLIN")]);
  expect(again).toEqual([first, first]);
  await unfollow(fay, "＃berlin");
  await unfollow(fay, "berlin");
  expect(await eventsOf(mesh, fay)).toEqual(["HashtagFollowed", "HashtagUnfollowed"]);
  expect(await announced(mesh, HashtagFollowedSchema, fay)).toMatchObject([{ tag: "berlin", accountId: fay }]);
  expect(await announced(mesh, HashtagUnfollowedSchema, fay)).toMatchObject([{ tag: "berlin" }]);
  expect((await client().listFollowedHashtags({}, as(fay))).hashtags).toEqual([]);
});

test("an account follows so many tags and no more, also when they come at once; the list has the latest first", async () => {
  const { gus } = await settle(mesh, "gus");
  const results = await Promise.allSettled(Array.from({ length: 9 }, (_, n) => follow(gus, `tag${n}x`)));
  expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(4);
  const all = (await client().listFollowedHashtags({}, as(gus))).hashtags.map(({ tag }) => tag);
  expect(all).toHaveLength(4);
  expect(await refusal(follow(gus, "another"))).toMatchObject({ reason: "TOO_MANY_HASHTAGS", facts: { most: "4" } });
  expect((await follow(gus, all[3] ?? ""))?.tag).toBe(all[3]);
  await unfollow(gus, all[3] ?? "");
  mesh.clock.advance(1_000);
  await follow(gus, "another");
  const seen: string[] = [];
  for (let pageToken = "", more = true; more; more = pageToken !== "") {
    const page = await client().listFollowedHashtags({ pageSize: 3, pageToken }, as(gus));
    seen.push(...page.hashtags.map(({ tag }) => tag));
    pageToken = page.nextPageToken;
  }
  expect(seen).toEqual(["another", ...all.slice(0, 3)]);
});

test("followed tags carry the partition that snapshots go by", async () => {
  const { hal } = await settle(mesh, "hal");
  await follow(hal, "shard");
  expect(await mesh.content.db.query(sql`select shard from followed_hashtag where account_id = ${hal}`)).toEqual([
    { shard: partitionOf(hal) },
  ]);
});
