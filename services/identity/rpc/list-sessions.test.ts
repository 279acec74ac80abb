import { afterAll, beforeAll, expect, test } from "vitest";
import { SessionService } from "#gen/skein/identity/v1/session_service_pb.ts";
import { refusal } from "#mesh/testing/refusal.ts";
import { as, startTestMesh, type TestMesh } from "#mesh/testing.ts";
import { identity } from "../index.ts";
import { sessionsOf, settle, signIn } from "../testing/people.ts";
import { newcomer } from "../testing/tokens.ts";

let mesh: TestMesh;
beforeAll(async () => {
  mesh = await startTestMesh([identity]);
});
afterAll(() => mesh[Symbol.asyncDispose]());

const client = () => mesh.client(SessionService);

test("live sessions come newest first, page by page, and the one that asks is marked", async () => {
  const { accountId, sessionId } = await newcomer(mesh, "ann");
  const more: string[] = [];
  for (let n = 0; n < 6; n++) more.push(await signIn(mesh, accountId));
  const me = as(accountId, { sessionId });
  await client().revokeSession({ sessionId: more[3] ?? "" }, me);
  const expected = [...more.filter((_, n) => n !== 3).reverse(), sessionId];
  const listed: { id: string; current: boolean; deviceName: string }[] = [];
  let pageToken = "";
  do {
    const page = await client().listSessions({ pageSize: 2, pageToken }, me);
    listed.push(...page.sessions);
    pageToken = page.nextPageToken;
  } while (pageToken);
  expect(listed.map(({ id }) => id)).toEqual(expected);
  expect(listed.filter(({ current }) => current).map(({ id, deviceName }) => [id, deviceName])).toEqual([
    [sessionId, "first"],
  ]);
});

test("a page token is for its list and its owner's question only, and gives nobody else's sessions", async () => {
  const bob = await settle(mesh, { handle: "bob" });
  const eve = await settle(mesh, { handle: "eve" });
  for (let n = 0; n < 3; n++) await signIn(mesh, bob);
  const { nextPageToken } = await client().listSessions({ pageSize: 1 }, as(bob));
  expect((await client().listSessions({ pageToken: nextPageToken }, as(eve))).sessions).toEqual([]);
  expect(await refusal(client().listSessions({ pageToken: `${nextPageToken}x` }, as(bob)))).toMatchObject({
    reason: "PAGE_TOKEN_INVALID",
  });
});

test("expired sessions are not listed", async () => {
  const cyd = await settle(mesh, { handle: "cyd" });
  await signIn(mesh, cyd);
  mesh.clock.advance(86_400_001);
  expect((await client().listSessions({}, as(cyd))).sessions).toEqual([]);
});

test("nobody ends another's session, and does not learn whether there is one", async () => {
  const dan = await settle(mesh, { handle: "dan" });
  const eva = await settle(mesh, { handle: "eva" });
  const sessionId = await signIn(mesh, dan);
  const answers = [sessionId, crypto.randomUUID()].map((id) => client().revokeSession({ sessionId: id }, as(eva)));
  expect((await Promise.all(answers)).map(({ $typeName, ...rest }) => rest)).toEqual([{}, {}]);
  expect(await sessionsOf(mesh, dan)).toEqual([sessionId]);
});

test("all sessions end, on wish all but this one, and the answer counts them", async () => {
  const fox = await settle(mesh, { handle: "fox" });
  const [mine] = [await signIn(mesh, fox), await signIn(mesh, fox), await signIn(mesh, fox)];
  expect((await client().revokeAllSessions({ keepCurrent: true }, as(fox, { sessionId: mine }))).revoked).toBe(2);
  expect(await sessionsOf(mesh, fox)).toEqual([mine]);
  expect((await client().revokeAllSessions({}, as(fox, { sessionId: mine }))).revoked).toBe(1);
  expect(await sessionsOf(mesh, fox)).toEqual([]);
});
