import { afterAll, beforeAll, expect, test } from "vitest";
import { ReadInfo_Source } from "#gen/skein/common/v1/consistency_pb.ts";
import { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { TOKEN_HEADER, WROTE_HEADER } from "#mesh/consistency.ts";
import { sql } from "#mesh/store/sql.ts";
import { refusal } from "#mesh/testing/refusal.ts";
import { as, type TestMesh } from "#mesh/testing.ts";
import type { Deps } from "../deps.ts";
import { startGraphMesh } from "../testing/graph-mesh.ts";
import { allPages } from "../testing/pages.ts";
import { crowd, settle } from "../testing/people.ts";

let mesh: TestMesh;
beforeAll(async () => {
  mesh = await startGraphMesh();
});
afterAll(() => mesh[Symbol.asyncDispose]());

const graph = () => mesh.client(GraphService);
const db = () => mesh.deps<Deps>("social-graph").db;
const follow = async (who: string, whom: string) => {
  mesh.clock.advance(1);
  return graph().followAccount({ accountId: whom }, as(who));
};
const names = (connections: readonly { profile?: { handle: string } | undefined }[]) =>
  connections.map(({ profile }) => profile?.handle);

test("followers and followed ones come newest first with their profiles, to anybody; what is between only to who is signed in", async () => {
  const [ann = "", bob = "", cyd = "", dan = ""] = await crowd(mesh, "plain", 4);
  for (const one of [bob, cyd, dan]) await follow(one, ann);
  for (const one of [dan, bob]) await follow(ann, one);
  await mesh.settle();
  const followers = await graph().listFollowers({ accountId: ann.toUpperCase() });
  expect(names(followers.followers)).toEqual(["plain_3", "plain_2", "plain_1"]);
  expect(followers.followers.map(({ relation }) => relation)).toEqual([undefined, undefined, undefined]);
  expect(followers).toMatchObject({
    withheld: false,
    nextPageToken: "",
    readInfo: { source: ReadInfo_Source.PROJECTION },
  });
  expect(names((await graph().listFollowing({ accountId: ann })).following)).toEqual(["plain_1", "plain_3"]);
  const mutual = await graph().listMutuals({ accountId: ann }, as(bob));
  expect(names(mutual.mutuals)).toEqual(["plain_1", "plain_3"]);
  expect(mutual.mutuals.map(({ relation }) => [relation?.self, relation?.followedBy])).toEqual([
    [true, false],
    [false, false],
  ]);
  expect(names((await graph().listMutuals({ accountId: cyd })).mutuals)).toEqual([]);
});

test("a locked account shows its relations to its followers only, and its requests to itself", async () => {
  const ann = await settle(mesh, "shy_ann", { locked: true });
  const [bob = "", cyd = "", dan = ""] = await crowd(mesh, "shy", 3);
  for (const one of [bob, cyd, dan]) await follow(one, ann);
  await mesh.settle();
  const requests = await graph().listFollowRequests({}, as(ann));
  expect(names(requests.requests)).toEqual(["shy_2", "shy_1", "shy_0"]);
  await graph().acceptFollowRequest({ accountId: bob }, as(ann));
  await graph().rejectFollowRequest({ accountId: cyd }, as(ann));
  await mesh.settle();
  expect(names((await graph().listFollowRequests({}, as(ann))).requests)).toEqual(["shy_2"]);
  for (const who of [undefined, cyd, dan]) {
    const options = who ? as(who) : {};
    const answers = [
      await graph().listFollowers({ accountId: ann }, options),
      await graph().listFollowing({ accountId: ann }, options),
      await graph().listMutuals({ accountId: ann }, options),
    ];
    expect(answers.map(({ withheld, nextPageToken }) => [withheld, nextPageToken])).toEqual(Array(3).fill([true, ""]));
    expect(answers[0]).toMatchObject({ followers: [] });
  }
  for (const who of [ann, bob])
    expect(names((await graph().listFollowers({ accountId: ann }, as(who))).followers)).toEqual(["shy_0"]);
});

test("hidden and blocked accounts are left out, and a page short of them is not the end", async () => {
  const [ann = "", eve = "", ...others] = await crowd(mesh, "gaps", 42);
  for (const one of others) await follow(one, ann);
  await mesh.settle();
  await db().query(sql`update account set suspended = true where id = any(${others.slice(10, 30)}::uuid[])`);
  await graph().blockAccount({ accountId: others[5] ?? "" }, as(eve));
  await graph().blockAccount({ accountId: eve }, as(others[35] ?? ""));
  const read = (who: string | undefined, size: number) =>
    allPages(async (pageToken) => {
      const request = { accountId: ann, pageSize: size, pageToken };
      const { followers, nextPageToken } = await graph().listFollowers(request, who ? as(who) : {});
      return { items: names(followers), nextPageToken };
    });
  const visible = [...others.keys()]
    .filter((n) => n < 10 || n >= 30)
    .map((n) => `gaps_${n + 2}`)
    .reverse();
  expect((await read(undefined, 7)).flat()).toEqual(visible);
  const forEve = await read(eve, 3);
  expect(forEve.flat()).toEqual(visible.filter((name) => name !== "gaps_7" && name !== "gaps_37"));
  expect(forEve.some((page) => page.length === 0)).toBe(true); // a long row of hidden ones
});

test("whoever brings along what they have just written sees it, though the list is behind", async () => {
  const [ann = "", bob = ""] = await crowd(mesh, "behind", 2);
  await mesh.settle();
  const { promise: over, resolve: release } = Promise.withResolvers<void>();
  const { promise: held, resolve: hold } = Promise.withResolvers<void>();
  // The mirror stands still as long as somebody keeps its positions.
  const holding = db().commit(undefined, async (tx) => {
    await tx.query(sql`select 1 from consumer_position where consumer = 'mirror-follow' for update`);
    hold();
    await over;
  });
  await held;
  let wrote = "";
  const onHeader = (headers: Headers) => {
    wrote = headers.get(WROTE_HEADER) ?? "";
  };
  await graph().followAccount({ accountId: bob }, { ...as(ann), onHeader });
  expect((await graph().listFollowers({ accountId: bob })).followers).toEqual([]);
  const waiting = graph().listFollowers({ accountId: bob }, { headers: { [TOKEN_HEADER]: wrote } });
  await graph().listFollowers({ accountId: bob });
  release();
  const { followers, readInfo } = await waiting;
  expect([names(followers), readInfo?.satisfied]).toEqual([["behind_0"], true]);
  await holding;
});

test("a token is for its own list and question, and gives nothing more than asking anew", async () => {
  const [ann = "", ...others] = await crowd(mesh, "token", 6);
  for (const one of others) {
    await follow(one, ann);
    await follow(ann, one);
  }
  await mesh.settle();
  const { nextPageToken } = await graph().listFollowers({ accountId: ann, pageSize: 2 });
  const wrong = [
    () => graph().listFollowers({ accountId: others[0] ?? "", pageSize: 2, pageToken: nextPageToken }),
    () => graph().listFollowing({ accountId: ann, pageSize: 2, pageToken: nextPageToken }),
    () => graph().listFollowers({ accountId: ann, pageSize: 2, pageToken: `${nextPageToken}A` }),
  ];
  for (const ask of wrong) expect((await refusal(ask())).reason).toBe("PAGE_TOKEN_INVALID");
  await graph().blockAccount({ accountId: others[0] ?? "" }, as(ann));
  const request = { accountId: ann, pageSize: 2, pageToken: nextPageToken };
  expect((await refusal(graph().listFollowers(request, as(others[0] ?? "")))).reason).toBe("ACCOUNT_NOT_FOUND");
});
