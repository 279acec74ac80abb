import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { Code } from "@connectrpc/connect";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Verdict, VisibilityReason } from "#gen/skein/common/v1/visibility_pb.ts";
import { ContentFilterChangedSchema } from "#gen/skein/content/v1/content_events_pb.ts";
import { FilterAction, type FilterRuleSchema } from "#gen/skein/content/v1/content_filter_pb.ts";
import { ContentFilterService } from "#gen/skein/content/v1/content_filter_service_pb.ts";
import { HashtagService } from "#gen/skein/content/v1/hashtag_service_pb.ts";
import { Surface } from "#gen/skein/options/v1/options_pb.ts";
import { sql } from "#mesh/store/sql.ts";
import { refusal } from "#mesh/testing/refusal.ts";
import { as } from "#mesh/testing.ts";
import { filtersOf } from "../store/filters.ts";
import { announced } from "../testing/logged.ts";
import { settle } from "../testing/people.ts";
import { postAs } from "../testing/post-as.ts";
import { type ContentMesh, startContent } from "../testing/start.ts";

let mesh: ContentMesh;
beforeAll(async () => {
  mesh = await startContent({ CONTENT_MAX_FILTERS: "4" });
});
afterAll(() => mesh[Symbol.asyncDispose]());

type Rule = MessageInitShape<typeof FilterRuleSchema>;
const client = () => mesh.client(ContentFilterService);
const rule = (text: string, more: Rule = {}): Rule => ({ phrases: [{ text }], action: FilterAction.HIDE, ...more });
const make = async (who: string, init: Rule, idempotencyKey = "") =>
  (await client().createContentFilter({ rule: init, idempotencyKey }, as(who))).filter;
const update = async (who: string, filterId: string, init: Rule, version = 0n) =>
  (await client().updateContentFilter({ filterId, rule: init, version }, as(who))).filter;
const remove = (who: string, filterId: string) => client().deleteContentFilter({ filterId }, as(who));
const titles = async (who: string) =>
  (await client().listContentFilters({}, as(who))).filters.map((filter) => filter.rule?.title);

/** What a viewer sees under a tag. */
const look = async (who: string, tag: string) =>
  (await mesh.client(HashtagService).listPostsByHashtag({ tag }, as(who))).posts;
const textsFor = async (who: string, tag: string) => (await look(who, tag)).map(({ card }) => card?.text);

test("a filter holds from the next page on, until it is changed, deleted or expired", async () => {
  const { ann, bob } = await settle(mesh, "ann", "bob");
  await postAs(mesh, bob, { text: "my CRÈME caramel #food1" });
  await postAs(mesh, bob, { text: "plain bread #food1" });
  expect(await textsFor(ann, "food1")).toHaveLength(2);
  const filter = await make(ann, rule("creme"));
  const id = filter?.id ?? "";
  expect(await textsFor(ann, "food1")).toEqual(["plain bread #food1"]);
  expect(await textsFor(bob, "food1")).toHaveLength(2);
  await update(ann, id, rule("bread", { title: "No bread", action: FilterAction.WARN }));
  const [warned, open] = await look(ann, "food1");
  expect(warned).toMatchObject({
    filterMatches: [{ filterId: id, title: "No bread", phrase: "bread" }],
    visibility: { verdict: Verdict.WARN, reason: VisibilityReason.FILTERED },
  });
  expect(open?.filterMatches).toEqual([]);
  await update(ann, id, rule("bread", { surfaces: [Surface.HOME] }));
  expect(await textsFor(ann, "food1")).toHaveLength(2);
  const expiresAt = timestampFromDate(new Date(mesh.clock.now().getTime() + 60_000));
  await update(ann, id, rule("bread", { expiresAt }));
  expect(await textsFor(ann, "food1")).toHaveLength(1);
  mesh.clock.advance(60_000);
  expect(await textsFor(ann, "food1")).toHaveLength(2);
  await update(ann, id, rule("bread"));
  expect(await textsFor(ann, "food1")).toHaveLength(1);
  await remove(ann, id);
  expect(await textsFor(ann, "food1")).toHaveLength(2);
});

test("every change is announced once, a deletion without the filter", async () => {
  const { cid, dan } = await settle(mesh, "cid", "dan");
  const id = (await make(cid, rule("a"), "key"))?.id ?? "";
  expect((await make(cid, rule("a"), "key"))?.id).toBe(id);
  await update(cid, id, rule("b"));
  await remove(dan, id);
  await remove(cid, id.toUpperCase());
  await remove(cid, id);
  const events = await announced(mesh, ContentFilterChangedSchema, id);
  expect(events.map(({ filter }) => filter?.rule?.phrases[0]?.text)).toEqual(["a", "b", undefined]);
  expect(events.map(({ filter }) => filter?.version)).toEqual([1n, 2n, undefined]);
  expect(new Set(events.map(({ accountId }) => accountId))).toEqual(new Set([cid]));
});

test("who changes another version than the last is told so, and strangers find nothing", async () => {
  const { eve, fay } = await settle(mesh, "eve", "fay");
  const id = (await make(eve, rule("a", { title: "one" })))?.id ?? "";
  await update(eve, id, rule("b", { title: "two" }), 1n);
  expect(await refusal(update(eve, id, rule("c"), 1n))).toMatchObject({ code: Code.Aborted, facts: { version: "2" } });
  expect(await refusal(update(fay, id, rule("c")))).toMatchObject({ reason: "FILTER_NOT_FOUND" });
  expect([await titles(eve), await titles(fay)]).toEqual([["two"], []]);
});

test("filters that can never hit, and more than so many, are refused; expired ones are listed and counted", async () => {
  const { gus } = await settle(mesh, "gus");
  const past = timestampFromDate(mesh.clock.now());
  expect(await refusal(make(gus, rule("a", { expiresAt: past })))).toMatchObject({ reason: "FILTER_EXPIRED" });
  expect(await refusal(make(gus, rule("\u200b")))).toMatchObject({ reason: "INVALID_REQUEST" });
  const soon = timestampFromDate(new Date(mesh.clock.now().getTime() + 60_000));
  const all = Array.from({ length: 8 }, (_, n) => make(gus, rule("a", { title: `${n}`, expiresAt: soon })));
  const results = await Promise.allSettled(all);
  expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(4);
  mesh.clock.advance(60_000);
  expect(await titles(gus)).toHaveLength(4);
  expect(await refusal(make(gus, rule("b")))).toMatchObject({ code: Code.ResourceExhausted, facts: { most: "4" } });
  const { filters, nextPageToken } = await client().listContentFilters({ pageSize: 3 }, as(gus));
  const rest = await client().listContentFilters({ pageSize: 3, pageToken: nextPageToken }, as(gus));
  expect(new Set([...filters, ...rest.filters].map(({ id }) => id)).size).toBe(4);
  expect(rest.nextPageToken).toBe("");
});

test("filters are prepared once for each state of them, and only what changed is read again", async () => {
  const { hal } = await settle(mesh, "hal");
  const { db } = mesh.content;
  const read = () => filtersOf(db, hal, mesh.clock.now());
  expect(await read()).toBeUndefined();
  const [first, second] = [await make(hal, rule("a")), await make(hal, rule("b"))];
  const before = await read();
  expect(await read()).toBe(before);
  await update(hal, second?.id ?? "", rule("c"));
  // What was read before is not looked at again.
  await db.query(sql`update content_filter set rule = '\\xff' where id = ${first?.id}`);
  const after = await read();
  expect(after?.filters.map((one) => one.rule.phrases[0]?.text)).toEqual(["a", "c"]);
  expect(await read()).toBe(after);
  await remove(hal, first?.id ?? "");
  expect((await read())?.filters.map((one) => one.rule.phrases[0]?.text)).toEqual(["c"]);
});
