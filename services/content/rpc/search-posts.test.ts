import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { Code } from "@connectrpc/connect";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ReadInfo_Source } from "#gen/skein/common/v1/consistency_pb.ts";
import { Audience } from "#gen/skein/common/v1/visibility_pb.ts";
import { type SearchPostsRequestSchema, SearchService } from "#gen/skein/content/v1/search_service_pb.ts";
import { refusal } from "#mesh/testing/refusal.ts";
import { as } from "#mesh/testing.ts";
import { settle } from "../testing/people.ts";
import { postAs } from "../testing/post-as.ts";
import { type ContentMesh, startContent } from "../testing/start.ts";

type Request = MessageInitShape<typeof SearchPostsRequestSchema>;

let mesh: ContentMesh;
beforeAll(async () => {
  mesh = await startContent();
});
afterAll(() => mesh[Symbol.asyncDispose]());

const search = (request: Request, who?: string) => mesh.client(SearchService).searchPosts(request, who ? as(who) : {});
const found = async (request: Request, who?: string) =>
  (await search(request, who)).posts.map(({ card }) => card?.text);

test("all words must be there, whatever their case and accents; quotes keep them together, a minus leaves out, or means either", async () => {
  const { ann } = await settle(mesh, "ann");
  for (const text of ["Zanzibar has crème brûlée", "brulee in zanzibar, burnt", "a burnt zanzibar map"])
    await postAs(mesh, ann, { text });
  await mesh.settle();
  const [creme, burnt, map] = ["Zanzibar has crème brûlée", "brulee in zanzibar, burnt", "a burnt zanzibar map"];
  expect(await found({ query: "zanzibar" })).toEqual([map, burnt, creme]);
  expect(await found({ query: "BRULÉE zanzibar" })).toEqual([burnt, creme]);
  expect(await found({ query: '"burnt zanzibar"' })).toEqual([map]);
  expect(await found({ query: "zanzibar -burnt" })).toEqual([creme]);
  expect(await found({ query: 'zanzibar -"crème brulee"' })).toEqual([map, burnt]);
  expect(await found({ query: "zanzibar map or zanzibar creme" })).toEqual([map, creme]);
  expect(await found({ query: "zanzibar nowhere" })).toEqual([]);
  expect(await found({ query: "zanz" })).toEqual([]);
});

test("words are found in other forms of the post's language, and quoted ones as they are", async () => {
  const { bob } = await settle(mesh, "bob");
  await postAs(mesh, bob, { text: "Drei Katzenhäuser", language: "de-AT" });
  await postAs(mesh, bob, { text: "runners are running", language: "en" });
  await postAs(mesh, bob, { text: "no language: runs" });
  await mesh.settle();
  expect(await found({ query: "Katzenhaus" })).toEqual(["Drei Katzenhäuser"]);
  expect(await found({ query: "run", authorId: bob })).toEqual(["runners are running"]);
  expect(await found({ query: '"run"', authorId: bob })).toEqual([]);
  expect(await found({ query: "runs", authorId: bob })).toEqual(["no language: runs", "runners are running"]);
  expect(await found({ query: "runs", language: "DE", authorId: bob })).toEqual([]);
  expect(await found({ query: "-katzenhaus", language: "de", authorId: bob })).toEqual([]);
});

test("scripts without spaces are found by any part, and emoji by themselves", async () => {
  const { cid } = await settle(mesh, "cid");
  for (const text of ["東京都へ行く", "京都の猫", "good 👍🏽 work"]) await postAs(mesh, cid, { text });
  await mesh.settle();
  expect(await found({ query: "東京都" })).toEqual(["東京都へ行く"]);
  expect(await found({ query: "京都" })).toEqual(["京都の猫", "東京都へ行く"]);
  expect(await found({ query: "猫" })).toEqual(["京都の猫"]);
  expect(await found({ query: "👍" })).toEqual(["good 👍🏽 work"]);
});

test("alt texts, warnings and poll options are searched, and no phrase reaches from one into another", async () => {
  const { dan } = await settle(mesh, "dan");
  const { ids } = mesh.content;
  const post = {
    text: "alpha",
    contentWarning: "bravo",
    media: [{ mediaId: ids.next(), altText: "charlie" }],
    poll: { options: ["delta", "echo"], openFor: { seconds: 300n } },
  };
  await postAs(mesh, dan, post);
  await mesh.settle();
  expect(await found({ query: "alpha bravo charlie delta echo" })).toEqual(["alpha"]);
  expect(await found({ query: '"alpha bravo"' })).toEqual([]);
});

test("every filter narrows, alone and together", async () => {
  const { eve, fay } = await settle(mesh, "eve", "fay");
  const parent = await postAs(mesh, eve, { text: "filtering parent" });
  await postAs(mesh, fay, { text: "filtering @eve #kites", language: "en" });
  await postAs(mesh, fay, { text: "filtering reply", replyToId: parent });
  await postAs(mesh, eve, { text: "filtering media", media: [{ mediaId: mesh.content.ids.next() }], language: "de" });
  await mesh.settle();
  const query = "filtering";
  expect(await found({ query, authorId: fay })).toEqual(["filtering reply", "filtering @eve #kites"]);
  expect(await found({ authorId: fay.toUpperCase() })).toHaveLength(2);
  expect(await found({ mentionedId: eve })).toEqual(["filtering @eve #kites"]);
  expect(await found({ repliedToId: eve })).toEqual(["filtering reply"]);
  expect(await found({ hashtag: "#KITES" })).toEqual(["filtering @eve #kites"]);
  expect(await found({ query, language: "de" })).toEqual(["filtering media"]);
  expect(await found({ query, mediaOnly: true })).toEqual(["filtering media"]);
  expect(await found({ authorId: fay, mentionedId: eve, hashtag: "kites", language: "en", query })).toHaveLength(1);
  expect(await found({ authorId: eve, mentionedId: eve })).toEqual([]);
  expect(await refusal(search({}))).toMatchObject({ code: Code.InvalidArgument, reason: "SEARCH_EMPTY" });
  expect(await refusal(search({ query: "- ! -filtering" }))).toMatchObject({ reason: "SEARCH_EMPTY" });
  expect(await refusal(search({ hashtag: "#!" }))).toMatchObject({ reason: "HASHTAG_INVALID" });
});

test("since and until bound the time, until exclusively, however far they are", async () => {
  const { gus } = await settle(mesh, "gus");
  await postAs(mesh, gus, { text: "timely one" });
  mesh.clock.advance(60_000);
  const between = timestampFromDate(mesh.clock.now());
  mesh.clock.advance(60_000);
  await postAs(mesh, gus, { text: "timely two" });
  await mesh.settle();
  for (const rest of [{ query: "timely" }, { authorId: gus }]) {
    expect(await found({ ...rest, since: between })).toEqual(["timely two"]);
    expect(await found({ ...rest, until: between })).toEqual(["timely one"]);
    expect(await found({ ...rest, since: between, until: between })).toEqual([]);
    expect(await found({ ...rest, since: { seconds: -(2n ** 62n) }, until: { seconds: 2n ** 62n } })).toHaveLength(2);
  }
});

test("nobody finds what is not meant for them: blocked, muted, for followers, for the mentioned, private", async () => {
  const { hal, ida, jan } = await settle(mesh, "hal", "ida", "jan");
  const post = (text: string, audience: Audience) => postAs(mesh, hal, { text: `secretive ${text}`, audience });
  await post("public", Audience.PUBLIC);
  await post("followers", Audience.FOLLOWERS);
  await post("to @ida", Audience.MENTIONED);
  await post("private", Audience.PRIVATE);
  await mesh.settle();
  const query = "secretive";
  const all = ["public", "followers", "to @ida", "private"].map((text) => `secretive ${text}`);
  expect(await found({ query })).toEqual([all[0]]);
  expect(await found({ query }, hal)).toEqual(all.toReversed());
  expect(await found({ query }, ida)).toEqual([all[2], all[0]]);
  mesh.graph.follow(jan, hal);
  expect(await found({ query }, jan)).toEqual([all[1], all[0]]);
  expect(await found({ authorId: hal }, jan)).toEqual([all[1], all[0]]);
  mesh.graph.block(hal, jan);
  expect(await found({ query }, jan)).toEqual([]);
});

test("without social-graph nothing is found, rather than too much", async () => {
  const { kim } = await settle(mesh, "kim");
  await postAs(mesh, kim, { text: "closing" });
  await mesh.settle();
  mesh.graph.away(true);
  await expect(search({ query: "closing" })).rejects.toThrow();
  mesh.graph.away(false);
  const { readInfo } = await search({ query: "closing" });
  expect(readInfo).toMatchObject({ source: ReadInfo_Source.PROJECTION, satisfied: true });
});

test("page tokens belong to their question", async () => {
  const { lea } = await settle(mesh, "lea");
  for (const text of ["tokens a", "tokens b", "tokens c"]) await postAs(mesh, lea, { text });
  await mesh.settle();
  const { nextPageToken } = await search({ query: "tokens", pageSize: 1 });
  const other = search({ query: "others", pageSize: 1, pageToken: nextPageToken });
  expect(await refusal(other)).toMatchObject({ reason: "PAGE_TOKEN_INVALID" });
});

test("whatever is typed is text", async () => {
  for (const query of [
    "'",
    "''",
    "\\",
    "a & | ! (",
    ":*",
    "a:b",
    "<->",
    "%",
    "\u200b",
    "🙂'",
    '"',
    "- - -",
    "a".repeat(256),
  ])
    await search({ query, authorId: mesh.content.ids.next() });
});
