import { Code } from "@connectrpc/connect";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DraftService } from "#gen/skein/content/v1/draft_service_pb.ts";
import { sql } from "#mesh/store/sql.ts";
import { refusal } from "#mesh/testing/refusal.ts";
import { as } from "#mesh/testing.ts";
import { eventsOf } from "../testing/logged.ts";
import { settle } from "../testing/people.ts";
import { postAs } from "../testing/post-as.ts";
import { type ContentMesh, startContent } from "../testing/start.ts";

let mesh: ContentMesh;
beforeAll(async () => {
  mesh = await startContent({ CONTENT_MAX_DRAFTS: "5" });
});
afterAll(() => mesh[Symbol.asyncDispose]());

const client = () => mesh.client(DraftService);
const write = async (who: string, text: string, idempotencyKey = "") =>
  (await client().createDraft({ post: { text }, idempotencyKey }, as(who))).draft;
const texts = async (who: string) => (await client().listDrafts({}, as(who))).drafts.map(({ post }) => post?.text);
const publish = (who: string, draftId: string) => client().publishDraft({ draftId }, as(who));

test("a draft may be unfinished, is its author's alone, and comes back as it was written", async () => {
  const { ann, bob } = await settle(mesh, "ann", "bob");
  const empty = await client().createDraft({ post: {} }, as(ann));
  expect(empty.draft).toMatchObject({ version: 1n, post: { text: "" } });
  await write(ann, "second");
  expect(await texts(ann)).toEqual(["second", ""]);
  expect(await texts(bob)).toEqual([]);
  const draftId = empty.draft?.id ?? "";
  const foreign = client().updateDraft({ draftId, post: { text: "mine" } }, as(bob));
  expect(await refusal(foreign)).toMatchObject({ code: Code.NotFound, reason: "DRAFT_NOT_FOUND" });
  await client().deleteDraft({ draftId }, as(bob));
  expect(await refusal(publish(bob, draftId))).toMatchObject({ reason: "DRAFT_NOT_FOUND" });
  expect(await texts(ann)).toEqual(["second", ""]);
});

test("of two devices that saw one version the second is told so, and loses nothing; 0 overwrites", async () => {
  const { cid } = await settle(mesh, "cid");
  const draft = await write(cid, "first");
  const draftId = draft?.id ?? "";
  const save = (text: string, version: bigint) => client().updateDraft({ draftId, post: { text }, version }, as(cid));
  const both = await Promise.allSettled([save("phone", 1n), save("laptop", 1n)]);
  expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  const won = (await texts(cid))[0];
  expect(await refusal(save("late", 1n))).toMatchObject({
    code: Code.Aborted,
    reason: "VERSION_MISMATCH",
    facts: { version: "2" },
  });
  expect(await texts(cid)).toEqual([won]);
  expect((await save("whatever", 0n)).draft?.version).toBe(3n);
  expect(await refusal(save("beyond", 2n ** 64n - 1n))).toMatchObject({ reason: "VERSION_MISMATCH" });
});

test("the list begins with the latest change and pages without gaps", async () => {
  const { dan } = await settle(mesh, "dan");
  const first = await write(dan, "a");
  for (const text of ["b", "c", "d"]) await write(dan, text);
  mesh.clock.advance(1_000);
  await client().updateDraft({ draftId: first?.id ?? "", post: { text: "a2" } }, as(dan));
  const seen: (string | undefined)[] = [];
  for (let pageToken = "", more = true; more; more = pageToken !== "") {
    const page = await client().listDrafts({ pageSize: 2, pageToken }, as(dan));
    seen.push(...page.drafts.map(({ post }) => post?.text));
    pageToken = page.nextPageToken;
  }
  expect(seen).toEqual(["a2", "d", "c", "b"]);
});

test("an account keeps so many and no more, also when they come at once; the same key keeps one", async () => {
  const { eve } = await settle(mesh, "eve");
  const [one, same] = await Promise.all([write(eve, "x", "key"), write(eve, "x", "key")]);
  expect(one?.id).toBe(same?.id);
  const results = await Promise.allSettled(Array.from({ length: 10 }, (_, n) => write(eve, `n${n}`)));
  expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(4);
  expect(await refusal(write(eve, "more"))).toMatchObject({ code: Code.ResourceExhausted, facts: { most: "5" } });
  expect((await write(eve, "x", "key"))?.id).toBe(one?.id);
  await client().deleteDraft({ draftId: one?.id ?? "" }, as(eve));
  await client().deleteDraft({ draftId: one?.id ?? "" }, as(eve));
  await write(eve, "room again");
});

test("a draft is published once however often that is asked, and is a draft no more", async () => {
  const { fay } = await settle(mesh, "fay");
  const draftId = (await write(fay, "out now"))?.id ?? "";
  const answers = await Promise.all(Array.from({ length: 5 }, () => publish(fay, draftId)));
  const [first] = answers;
  expect(first?.post?.card).toMatchObject({ text: "out now", authorId: fay });
  const ids = new Set([...answers, await publish(fay, draftId.toUpperCase())].map(({ post }) => post?.card?.id));
  expect(ids.size).toBe(1);
  expect(await texts(fay)).toEqual([]);
  expect(await eventsOf(mesh, first?.post?.card?.id ?? "")).toEqual(["PostPublished"]);
  const posts = await mesh.content.db.query(sql`select 1 from post where author_id = ${fay}`);
  expect(posts).toHaveLength(1);
});

test("a draft that is no post yet stays a draft, and says why", async () => {
  const { gus } = await settle(mesh, "gus");
  const empty = (await write(gus, ""))?.id ?? "";
  expect(await refusal(publish(gus, empty))).toMatchObject({ reason: "EMPTY_POST" });
  const parent = await postAs(mesh, gus);
  const { draft } = await client().createDraft({ post: { text: "re", replyToId: parent } }, as(gus));
  await mesh.content.db.query(sql`update post set state = 'TOMBSTONE' where id = ${parent}`);
  expect(await refusal(publish(gus, draft?.id ?? ""))).toMatchObject({ reason: "POST_NOT_FOUND" });
  expect(await texts(gus)).toEqual(["re", ""]);
});

test("what another device saves while a draft is published is not lost: it goes on as another draft", async () => {
  const { hal } = await settle(mesh, "hal");
  const draftId = (await write(hal, "early"))?.id ?? "";
  const { post } = await publish(hal, draftId);
  // As if whoever published had died before forgetting the draft, and the laptop had saved after that.
  mesh.clock.advance(1_000);
  const late = await write(hal, "late");
  await mesh.content.db.query(sql`update draft set id = ${draftId} where id = ${late?.id}`);
  expect((await publish(hal, draftId)).post?.card?.id).toBe(post?.card?.id);
  const { drafts } = await client().listDrafts({}, as(hal));
  expect(drafts).toMatchObject([{ post: { text: "late" } }]);
  expect(drafts[0]?.id).not.toBe(draftId);
});
