import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { Code } from "@connectrpc/connect";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DraftService, ScheduledPost_State as State } from "#gen/skein/content/v1/draft_service_pb.ts";
import { sql } from "#mesh/store/sql.ts";
import { refusal } from "#mesh/testing/refusal.ts";
import { as } from "#mesh/testing.ts";
import { prepare } from "../posting/prepare.ts";
import { publish } from "../posting/publish.ts";
import { newPostIn } from "../store/drafts.ts";
import { takeDuePosts } from "../store/scheduled.ts";
import { settle } from "../testing/people.ts";
import { postAs } from "../testing/post-as.ts";
import { type ContentMesh, startContent } from "../testing/start.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

let mesh: ContentMesh;
beforeAll(async () => {
  mesh = await startContent({ CONTENT_MAX_SCHEDULED: "5" });
});
afterAll(() => mesh[Symbol.asyncDispose]());

const client = () => mesh.client(DraftService);
const ahead = (ms: number) => timestampFromDate(new Date(mesh.clock.now().getTime() + ms));
const schedule = async (who: string, post: object, ms = 2 * MINUTE_MS, more: object = {}) =>
  (await client().schedulePost({ post, publishAt: ahead(ms), ...more }, as(who))).scheduledPost?.id ?? "";
const listed = async (who: string) => (await client().listScheduledPosts({}, as(who))).scheduledPosts;
const texts = async (who: string) =>
  (await mesh.content.db.query<{ id: string }>(sql`select id from post where author_id = ${who} order by id`)).map(
    ({ id }) => id,
  );
/** The host runs the job too: only a run of our own leaves nothing on its way. */
const runDue = async () => {
  while (!(await mesh.runJob("content", "publish-scheduled")));
};
/** Takes up what will be due by then, as the job does first of all. */
const take = (ms: number) =>
  takeDuePosts(mesh.content.db.query, { now: new Date(mesh.clock.now().getTime() + ms), holdMs: 30_000, most: 50 });
const row = async (id: string) =>
  (
    await mesh.content.db.query<{ state: string; post_id: string | null; attempts: number }>(
      sql`select state, post_id, attempts from scheduled_post where id = ${id}`,
    )
  )[0];

test("a post comes out when its time has come, not before, and once", async () => {
  const { ann } = await settle(mesh, "ann");
  const id = await schedule(ann, { text: "good morning", poll: { options: ["a", "b"], openFor: { seconds: 300n } } });
  await runDue();
  expect(await texts(ann)).toEqual([]);
  expect(await listed(ann)).toMatchObject([{ id, state: State.WAITING, post: { text: "good morning" } }]);
  mesh.clock.advance(2 * MINUTE_MS);
  await runDue();
  await runDue();
  const [postId] = await texts(ann);
  expect(await texts(ann)).toHaveLength(1);
  expect(await row(id)).toMatchObject({ state: "PUBLISHED", post_id: postId });
  expect(await listed(ann)).toEqual([]);
});

test("whoever died between publishing and noting it has published: the next round notes it and publishes nothing", async () => {
  const { bob } = await settle(mesh, "bob");
  const id = await schedule(bob, { text: "once" });
  const deps = mesh.content;
  const due = await take(2 * MINUTE_MS);
  const content = due.find((one) => one.id === id)?.content ?? new Uint8Array();
  const prepared = await prepare(deps, undefined, bob, newPostIn(content));
  const { postId } = await publish(deps, undefined, prepared, { requestKey: `scheduled:${id}` });
  expect(await row(id)).toMatchObject({ state: "PUBLISHING" });
  // Meanwhile its author has been suspended: what is out is out.
  await deps.db.query(sql`update account set state = 'SUSPENDED' where id = ${bob}`);
  mesh.clock.advance(3 * MINUTE_MS);
  await runDue();
  expect(await texts(bob)).toEqual([postId]);
  expect(await row(id)).toMatchObject({ state: "PUBLISHED", post_id: postId });
});

test("whoever died before publishing has published nothing: the next round does", async () => {
  const { cid } = await settle(mesh, "cid");
  const id = await schedule(cid, { text: "still" });
  await take(2 * MINUTE_MS);
  mesh.clock.advance(3 * MINUTE_MS);
  await runDue();
  expect(await texts(cid)).toHaveLength(1);
  expect(await row(id)).toMatchObject({ state: "PUBLISHED", attempts: 2 });
});

test("what can be published no more fails with the reason, and can be put off until it can", async () => {
  const { dan, eve } = await settle(mesh, "dan", "eve");
  const parent = await postAs(mesh, eve);
  const id = await schedule(dan, { text: "answer", replyToId: parent });
  mesh.graph.block(eve, dan);
  mesh.clock.advance(2 * MINUTE_MS);
  await runDue();
  expect(await texts(dan)).toEqual([]);
  expect(await listed(dan)).toMatchObject([{ id, state: State.FAILED, failureReason: "POST_NOT_FOUND" }]);
  mesh.graph.unblock(eve, dan);
  await runDue();
  expect(await texts(dan)).toEqual([]);
  const { scheduledPost } = await client().reschedulePost(
    { scheduledPostId: id, publishAt: ahead(2 * MINUTE_MS) },
    as(dan),
  );
  expect(scheduledPost).toMatchObject({ state: State.WAITING, failureReason: "" });
  mesh.clock.advance(2 * MINUTE_MS);
  await runDue();
  expect(await texts(dan)).toHaveLength(1);
});

test.each([
  ["SUSPENDED", "ACCOUNT_SUSPENDED"],
  ["DEACTIVATED", "ACCOUNT_DEACTIVATED"],
])("for an author who is %s it fails with %s", async (state, reason) => {
  const { author } = await settle(mesh, "author");
  await schedule(author, { text: "x" });
  await mesh.content.db.query(sql`update account set state = ${state} where id = ${author}`);
  mesh.clock.advance(2 * MINUTE_MS);
  await runDue();
  expect(await listed(author)).toMatchObject([{ state: State.FAILED, failureReason: reason }]);
});

test("a neighbour that is away for a while costs time; for an hour, the post", async () => {
  const { fay, gus } = await settle(mesh, "fay", "gus");
  const parent = await postAs(mesh, fay);
  const [soon, never] = [
    await schedule(gus, { text: "a", replyToId: parent }),
    await schedule(gus, { text: "b", replyToId: parent }, 2 * DAY_MS),
  ];
  mesh.clock.advance(2 * MINUTE_MS);
  mesh.graph.away(true);
  await runDue();
  expect(await row(soon)).toMatchObject({ state: "WAITING", attempts: 1 });
  mesh.graph.away(false);
  mesh.clock.advance(MINUTE_MS);
  await runDue();
  expect(await row(soon)).toMatchObject({ state: "PUBLISHED" });
  mesh.clock.advance(2 * DAY_MS);
  mesh.graph.away(true);
  for (let round = 0; round < 12; round++) {
    await runDue();
    mesh.clock.advance(6 * MINUTE_MS);
  }
  mesh.graph.away(false);
  expect(await listed(gus)).toMatchObject([{ id: never, state: State.FAILED, failureReason: "UNAVAILABLE" }]);
});

test("what is cancelled never comes out; what is out cannot be cancelled or put off", async () => {
  const { hal, ida } = await settle(mesh, "hal", "ida");
  const [gone, out] = [await schedule(hal, { text: "gone" }), await schedule(hal, { text: "out" })];
  const cancel = (scheduledPostId: string, who = hal) => client().cancelScheduledPost({ scheduledPostId }, as(who));
  await cancel(gone, ida);
  expect(await listed(hal)).toHaveLength(2);
  await cancel(gone);
  await cancel(gone);
  mesh.clock.advance(2 * MINUTE_MS);
  const late = { scheduledPostId: out, publishAt: ahead(5 * MINUTE_MS) };
  await take(0); // the job is at it
  const tooLate = { code: Code.FailedPrecondition, reason: "ALREADY_PUBLISHED" };
  expect(await refusal(cancel(out))).toMatchObject(tooLate);
  expect(await refusal(client().reschedulePost(late, as(hal)))).toMatchObject(tooLate);
  mesh.clock.advance(MINUTE_MS);
  await runDue();
  expect(await texts(hal)).toHaveLength(1);
  expect(await refusal(cancel(out))).toMatchObject(tooLate);
  const foreign = client().reschedulePost({ ...late, publishAt: ahead(2 * MINUTE_MS) }, as(ida));
  expect(await refusal(foreign)).toMatchObject({ reason: "SCHEDULED_POST_NOT_FOUND" });
});

test("what could not be published now is refused now, and so is a time that is too near or too far", async () => {
  const { jan, kim } = await settle(mesh, "jan", "kim");
  expect(await refusal(schedule(jan, { text: " " }))).toMatchObject({ reason: "EMPTY_POST" });
  const parent = await postAs(mesh, kim);
  mesh.graph.block(kim, jan);
  expect(await refusal(schedule(jan, { text: "x", replyToId: parent }))).toMatchObject({ reason: "POST_NOT_FOUND" });
  for (const ms of [-MINUTE_MS, MINUTE_MS - 5_000, 366 * DAY_MS])
    expect(await refusal(schedule(jan, { text: "x" }, ms))).toMatchObject({ reason: "PUBLISH_TIME_INVALID" });
  const wild = client().schedulePost({ post: { text: "x" }, publishAt: { seconds: 2n ** 62n } }, as(jan));
  expect(await refusal(wild)).toMatchObject({ reason: "PUBLISH_TIME_INVALID" });
  expect(await listed(jan)).toEqual([]);
});

test("the same key schedules once, and repeats its answer whatever stands in the way by then", async () => {
  const { lea, mia } = await settle(mesh, "lea", "mia");
  const parent = await postAs(mesh, mia);
  const request = { post: { text: "x", replyToId: parent }, publishAt: ahead(5 * MINUTE_MS), idempotencyKey: "k" };
  const ask = async () => (await client().schedulePost(request, as(lea))).scheduledPost?.id;
  const first = await ask();
  mesh.graph.block(mia, lea);
  mesh.clock.advance(10 * MINUTE_MS);
  expect(await ask()).toBe(first);
});

test("the draft it comes from goes with it, unless too many wait already", async () => {
  const { nia } = await settle(mesh, "nia");
  const draft = async () => (await client().createDraft({ post: { text: "d" } }, as(nia))).draft?.id;
  await schedule(nia, { text: "d" }, 2 * MINUTE_MS, { draftId: await draft() });
  expect((await client().listDrafts({}, as(nia))).drafts).toEqual([]);
  const draftId = await draft();
  const results = await Promise.allSettled(Array.from({ length: 8 }, () => schedule(nia, { text: "n" })));
  expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(4);
  const more = schedule(nia, { text: "d" }, 2 * MINUTE_MS, { draftId });
  expect(await refusal(more)).toMatchObject({ reason: "TOO_MANY_SCHEDULED", facts: { most: "5" } });
  expect((await client().listDrafts({}, as(nia))).drafts).toHaveLength(1);
});

test("what waits is listed soonest first, and what was published a week ago is forgotten", async () => {
  const { ole } = await settle(mesh, "ole");
  const ids: string[] = [];
  for (const minutes of [9, 7, 8]) ids.push(await schedule(ole, { text: `${minutes}` }, minutes * MINUTE_MS));
  const seen: (string | undefined)[] = [];
  for (let pageToken = "", more = true; more; more = pageToken !== "") {
    const page = await client().listScheduledPosts({ pageSize: 2, pageToken }, as(ole));
    seen.push(...page.scheduledPosts.map(({ post }) => post?.text));
    pageToken = page.nextPageToken;
  }
  expect(seen).toEqual(["7", "8", "9"]);
  mesh.clock.advance(10 * MINUTE_MS);
  await runDue();
  mesh.clock.advance(6 * DAY_MS);
  const sweep = async () => {
    while (!(await mesh.runJob("content", "sweep-scheduled")));
    return (await Promise.all(ids.map(row))).filter(Boolean).length;
  };
  expect(await sweep()).toBe(3);
  mesh.clock.advance(2 * DAY_MS);
  expect(await sweep()).toBe(0);
});
