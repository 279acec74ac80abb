import { Code } from "@connectrpc/connect";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import { Surface } from "#gen/skein/options/v1/options_pb.ts";
import { refusal } from "#mesh/testing/refusal.ts";
import { as, startTestMesh, type TestMesh } from "#mesh/testing.ts";
import { identity } from "../index.ts";
import { toyGraph } from "../testing/graph.ts";
import { settle } from "../testing/people.ts";

const graph = toyGraph();
let mesh: TestMesh;
let [ann, bob, cid] = ["", "", ""];
beforeAll(async () => {
  mesh = await startTestMesh([identity, graph.service]);
  [ann, bob, cid] = [
    await settle(mesh, { handle: "seen_ann" }),
    await settle(mesh, { handle: "seen_bob" }),
    await settle(mesh, { handle: "seen_cid" }),
  ];
});
afterAll(() => mesh[Symbol.asyncDispose]());
beforeEach(() => {
  graph.away = false;
  graph.blocked.clear();
  graph.asked.length = 0;
});

const client = () => mesh.client(IdentityService);
const unknown = () => mesh.mesh.lent.ids.next();
/** Everything that a refused call was told but its request's id. */
const toldBy = async (call: Promise<unknown>) => {
  const { details: _, ...told } = await refusal(call);
  return told;
};

test("whoever blocks the caller is nobody, by id, by handle, in a batch and in a search", async () => {
  graph.block(bob, ann);
  expect(await toldBy(client().getProfile({ accountId: ann }, as(bob)))).toEqual(
    await toldBy(client().getProfile({ accountId: unknown() }, as(bob))),
  );
  expect(await toldBy(client().lookupProfile({ handle: "seen_ann" }, as(bob)))).toEqual(
    await toldBy(client().lookupProfile({ handle: "seen_nobody" }, as(bob))),
  );
  const accountIds = [ann, cid, ann.toUpperCase(), bob];
  const { profiles } = await client().batchGetProfiles({ accountIds }, as(bob));
  expect(profiles.map(({ handle }) => handle)).toEqual(["seen_cid", "seen_bob"]);
  const found = await client().searchProfiles({ query: "seen_" }, as(bob));
  expect(found.profiles.map(({ handle }) => handle)).toEqual(["seen_bob", "seen_cid"]);

  // Others and strangers see her, and she sees herself and him.
  expect((await client().getProfile({ accountId: ann }, as(cid))).profile?.handle).toBe("seen_ann");
  expect((await client().getProfile({ accountId: ann })).profile?.handle).toBe("seen_ann");
  expect((await client().getProfile({ accountId: bob }, as(ann))).profile?.handle).toBe("seen_bob");
});

test("the graph is asked once for a page, also for ids that nobody has, and never by strangers or about oneself", async () => {
  await client().batchGetProfiles({ accountIds: [ann, bob, cid, ann] }, as(bob));
  await refusal(client().getProfile({ accountId: unknown() }, as(bob)));
  await refusal(client().lookupProfile({ handle: "seen_nobody" }, as(bob)));
  await client().searchProfiles({ query: "seen_" }, as(bob));
  expect(graph.asked.map(({ surface, subjectIds }) => [surface, subjectIds.length])).toEqual([
    [Surface.PROFILE, 2],
    [Surface.PROFILE, 1],
    [Surface.PROFILE, 1],
    [Surface.SEARCH, 2],
  ]);
  expect(graph.asked.every(({ viewerId }) => viewerId === bob)).toBe(true);
  graph.asked.length = 0;
  await client().batchGetProfiles({ accountIds: [ann, bob] });
  await client().searchProfiles({ query: "seen_" });
  await client().getProfile({ accountId: bob }, as(bob));
  await client().lookupProfile({ handle: "seen_bob" }, as(bob));
  expect(graph.asked).toEqual([]);
});

test("without the graph nobody is shown who might have blocked the caller", async () => {
  graph.away = true;
  const closed = { code: Code.Unavailable, reason: "VISIBILITY_UNKNOWN" };
  expect(await refusal(client().getProfile({ accountId: ann }, as(bob)))).toMatchObject(closed);
  expect(await refusal(client().getProfile({ accountId: unknown() }, as(bob)))).toMatchObject(closed);
  expect(await refusal(client().lookupProfile({ handle: "seen_ann" }, as(bob)))).toMatchObject(closed);
  expect(await refusal(client().searchProfiles({ query: "seen_" }, as(bob)))).toMatchObject(closed);
  const { profiles, readInfo } = await client().batchGetProfiles({ accountIds: [ann, bob] }, as(bob));
  expect([profiles.map(({ handle }) => handle), readInfo?.satisfied]).toEqual([["seen_bob"], false]);
  expect((await client().getProfile({ accountId: bob }, as(bob))).profile?.handle).toBe("seen_bob");
  expect((await client().getProfile({ accountId: ann })).profile?.handle).toBe("seen_ann");
});

test.each(["many_", ""])(
  "pages of a search for %j fill up behind whoever is hidden, skip nobody and end",
  async (query) => {
    const all = await Promise.all(
      Array.from({ length: 14 }, (_, at) =>
        settle(mesh, { handle: `many_${query.length}_${String(at).padStart(2, "0")}` }),
      ),
    );
    for (const at of [1, 2, 5, 6, 7, 8, 9, 10]) graph.block(bob, all[at] ?? "");
    const pages: string[][] = [];
    for (let pageToken = "", first = true; first || pageToken !== ""; first = false) {
      const page = await client().searchProfiles(
        { query: query && `many_${query.length}`, pageSize: 3, pageToken },
        as(bob),
      );
      pages.push(page.profiles.map(({ accountId }) => accountId).filter((id) => all.includes(id)));
      pageToken = page.nextPageToken;
    }
    const shown = all.filter((id) => !graph.blocked.has(`${bob} ${id}`));
    expect(pages.flat().sort()).toEqual(shown.sort());
    expect(pages[0]?.length).toBeGreaterThan(1);
  },
);
