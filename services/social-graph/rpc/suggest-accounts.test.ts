import { afterAll, beforeAll, expect, test } from "vitest";
import { Suggestion_Reason as Reason } from "#gen/skein/graph/v1/affinity_pb.ts";
import { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { sql } from "#mesh/store/sql.ts";
import { refusal } from "#mesh/testing/refusal.ts";
import { as, type TestMesh } from "#mesh/testing.ts";
import type { Deps } from "../deps.ts";
import { startGraphMesh } from "../testing/graph-mesh.ts";
import { crowd, settle } from "../testing/people.ts";

const DAY = 86_400_000;

let mesh: TestMesh;
beforeAll(async () => {
  mesh = await startGraphMesh();
});
afterAll(() => mesh[Symbol.asyncDispose]());

const graph = () => mesh.client(GraphService);
const db = () => mesh.deps<Deps>("social-graph").db;
const follow = (who: string, ...whom: string[]) =>
  Promise.all(whom.map((accountId) => graph().followAccount({ accountId }, as(who))));
const run = async (job: string) => {
  while (!(await mesh.runJob("social-graph", job))); // the host may be at it by itself
};
/** The handles of whom is suggested to an account, best first, read in small pages. */
async function suggested(viewer: string, prefix: string, pageSize = 2): Promise<string[]> {
  await mesh.settle();
  const handles: string[] = [];
  let pageToken = "";
  do {
    const page = await graph().suggestAccounts({ pageSize, pageToken }, as(viewer));
    handles.push(...page.suggestions.map(({ profile }) => profile?.handle ?? ""));
    pageToken = page.nextPageToken;
  } while (pageToken);
  return handles.filter((handle) => handle.startsWith(prefix)); // the others are the popular ones of other tests
}

test("friends of friends come first, by how many friends know them, then own followers, then the most followed", async () => {
  const [ann = "", bob = "", cid = "", dot = "", eve = "", fox = "", gil = "", hal = ""] = await crowd(
    mesh,
    "order",
    8,
  );
  await follow(ann, bob, cid, dot);
  await follow(bob, eve, fox);
  await follow(cid, eve);
  await follow(dot, eve, ann);
  await follow(gil, ann);
  await follow(fox, hal);
  await run("fold-counts");
  expect(await suggested(ann, "order")).toEqual(["order_4", "order_5", "order_6", "order_7"]);
  const { suggestions } = await graph().suggestAccounts({}, as(ann));
  expect(suggestions.map(({ reason }) => reason)).toEqual([
    ...[Reason.KNOWN_FOLLOWERS, Reason.KNOWN_FOLLOWERS, Reason.FOLLOWS_YOU, Reason.POPULAR],
  ]);
  const names = suggestions.map(({ knownFollowers }) => knownFollowers.map(({ handle }) => handle).toSorted());
  expect(names).toEqual([["order_1", "order_2", "order_3"], ["order_1"], [], []]);
  expect(suggestions.map(({ knownFollowerCount }) => knownFollowerCount)).toEqual([3, 1, 0, 0]);
  expect(suggestions[2]?.relation).toMatchObject({ followedBy: true, following: false });
});

test("nobody is suggested who is followed, asked, blocked, muted, hidden, dismissed or does not want it", async () => {
  const [ann = "", bob = "", cid = "", ...names] = await crowd(mesh, "never", 10);
  const [followed = "", blocked = "", blocking = "", muted = "", dismissed = "", unseen = "", good = ""] = names;
  const asked = await settle(mesh, "never_asked", { locked: true });
  const hidden = [
    await settle(mesh, "never_off", { deactivated: true }),
    await settle(mesh, "never_suspended", { suspended: true }),
    await settle(mesh, "never_deleting", { deleting: true }),
  ];
  const shown = [good, muted, blocked, blocking, dismissed, unseen, followed];
  for (const friend of [bob, cid]) await follow(friend, ...shown, asked, ann);
  // Whoever is hidden was followed before.
  await db().query(sql`insert into follow (follower_id, followee_id, shard, state, followed_at, changed_at)
    select ${bob}::uuid, id, 0, 'ACTIVE', now(), now() from unnest(${hidden}::uuid[]) as id`);
  await follow(ann, bob, cid, followed, asked);
  expect((await suggested(ann, "never")).toSorted()).toEqual([4, 5, 6, 7, 8, 9].map((n) => `never_${n}`));
  await graph().blockAccount({ accountId: blocked }, as(ann));
  await graph().blockAccount({ accountId: ann }, as(blocking));
  await graph().muteAccount({ accountId: muted, scopes: [2] }, as(ann));
  await graph().dismissSuggestion({ accountId: dismissed.toUpperCase() }, as(ann));
  await graph().updatePrivacySettings({ discoverable: false }, as(unseen));
  expect(await suggested(ann, "never")).toEqual(["never_9"]);
  expect(await suggested(bob, "never_0")).toEqual([]); // who is followed already
});

test("a dismissal has its time, after which it is swept, and can be had anew", async () => {
  const [ann = "", bob = "", cid = ""] = await crowd(mesh, "again", 3);
  await follow(ann, bob);
  await follow(bob, cid);
  const mine = () => suggested(ann, "again", 50);
  expect(await mine()).toEqual(["again_2"]);
  await graph().dismissSuggestion({ accountId: cid }, as(ann));
  mesh.clock.advance(100 * DAY);
  await graph().dismissSuggestion({ accountId: cid }, as(ann));
  mesh.clock.advance(100 * DAY);
  await run("sweep-dismissed");
  expect(await mine()).toEqual([]);
  mesh.clock.advance(81 * DAY);
  expect(await mine()).toEqual(["again_2"]);
  await run("sweep-dismissed");
  expect(await db().query(sql`select 1 from dismissed_suggestion where account_id = ${ann}`)).toEqual([]);
});

test("whoever blocks the caller cannot be dismissed any more than who never was", async () => {
  const [ann = "", foe = ""] = await crowd(mesh, "foe", 2);
  await graph().blockAccount({ accountId: ann }, as(foe));
  for (const accountId of [foe, mesh.deps<Deps>("social-graph").ids.next()])
    expect(await refusal(graph().dismissSuggestion({ accountId }, as(ann)))).toMatchObject({
      reason: "ACCOUNT_NOT_FOUND",
    });
});

test("a locked account is suggested, but who follows it is told to nobody", async () => {
  const [ann = "", bob = ""] = await crowd(mesh, "shy", 2);
  const shy = await settle(mesh, "shy_one", { locked: true });
  await follow(ann, bob);
  await follow(bob, shy);
  await graph().acceptFollowRequest({ accountId: bob }, as(shy));
  const { suggestions } = await graph().suggestAccounts({ pageSize: 1 }, as(ann));
  expect(suggestions).toMatchObject([
    { profile: { handle: "shy_one" }, knownFollowerCount: 0, knownFollowers: [], reason: Reason.KNOWN_FOLLOWERS },
  ]);
  expect(await graph().listKnownFollowers({ accountId: shy }, as(ann))).toMatchObject({
    withheld: true,
    followers: [],
  });
});

test("known followers come newest first, page by page, without those whom the caller may not see", async () => {
  const [ann = "", star = "", ...friends] = await crowd(mesh, "known", 8);
  const [stranger = "", off = "", foe = "", ...known] = friends;
  await follow(ann, off, foe, ...known);
  for (const one of [stranger, off, foe, ...known]) {
    mesh.clock.advance(1_000);
    await follow(one, star);
  }
  await db().query(sql`update account set deactivated = true where id = ${off}`);
  await graph().blockAccount({ accountId: ann }, as(foe));
  const seen: string[] = [];
  let pageToken = "";
  do {
    const page = await graph().listKnownFollowers({ accountId: star, pageSize: 1, pageToken }, as(ann));
    seen.push(...page.followers.map(({ profile, relation }) => `${profile?.accountId} ${relation?.following}`));
    pageToken = page.nextPageToken;
  } while (pageToken);
  expect(seen).toEqual(known.toReversed().map((id) => `${id} true`));
  expect((await graph().listKnownFollowers({ accountId: star }, as(stranger))).followers).toEqual([]);
  const { suggestions } = await graph().suggestAccounts({ pageSize: 1 }, as(ann));
  expect(suggestions).toMatchObject([{ profile: { accountId: star }, knownFollowerCount: known.length }]);
});
