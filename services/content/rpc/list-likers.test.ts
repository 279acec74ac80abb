import { Code } from "@connectrpc/connect";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Audience } from "#gen/skein/common/v1/visibility_pb.ts";
import { EngagementService } from "#gen/skein/content/v1/engagement_service_pb.ts";
import type { Profile } from "#gen/skein/identity/v1/account_pb.ts";
import { sql } from "#mesh/store/sql.ts";
import { refusal } from "#mesh/testing/refusal.ts";
import { as } from "#mesh/testing.ts";
import { settle } from "../testing/people.ts";
import { postAs } from "../testing/post-as.ts";
import { type ContentMesh, startContent } from "../testing/start.ts";

const NAMES = ["ann", "bob", "cid", "dan", "eve", "fay"] as const;

let mesh: ContentMesh;
let people: Record<(typeof NAMES)[number], string>;
let postId: string;
beforeAll(async () => {
  mesh = await startContent();
  people = await settle(mesh, ...NAMES);
  postId = await postAs(mesh, people.ann);
  for (const name of ["bob", "cid", "dan", "eve", "fay"] as const) {
    await client().likePost({ postId }, as(people[name]));
    await client().sharePost({ postId }, as(people[name]));
    mesh.clock.advance(1_000);
  }
});
afterAll(() => mesh[Symbol.asyncDispose]());

const client = () => mesh.client(EngagementService);

interface Asked {
  readonly postId: string;
  readonly pageSize: number;
  readonly pageToken: string;
}
type Listed = { people: Profile[]; nextPageToken: string };
const lists = {
  likers: async (asked: Asked, who: object): Promise<Listed> => {
    const { likers, nextPageToken } = await client().listLikers(asked, who);
    return { people: likers, nextPageToken };
  },
  sharers: async (asked: Asked, who: object): Promise<Listed> => {
    const { sharers, nextPageToken } = await client().listSharers(asked, who);
    return { people: sharers, nextPageToken };
  },
};
const kinds = ["likers", "sharers"] as const;

/** The handles of each page. */
async function pages(list: (asked: Asked, who: object) => Promise<Listed>, size: number, who: object) {
  const seen: string[][] = [];
  for (let pageToken = "", more = true; more; more = pageToken !== "") {
    const page = await list({ postId, pageSize: size, pageToken }, who);
    seen.push(page.people.map(({ handle }) => handle));
    pageToken = page.nextPageToken;
  }
  return seen;
}

test.each(kinds)("%s come latest first, each once, also to nobody in particular", async (kind) => {
  expect(await pages(lists[kind], 2, as(people.ann))).toEqual([["fay", "eve"], ["dan", "cid"], ["bob"]]);
  expect(await pages(lists[kind], 100, {})).toEqual([["fay", "eve", "dan", "cid", "bob"]]);
});

test.each(kinds)("whom the viewer may not see is no part of the %s, and a short page is not the end", async (kind) => {
  mesh.graph.block(people.dan, people.bob);
  mesh.graph.block(people.bob, people.cid);
  expect(await pages(lists[kind], 2, as(people.bob))).toEqual([["fay", "eve"], [], ["bob"]]);
  expect(await pages(lists[kind], 2, as(people.ann))).toEqual([["fay", "eve"], ["dan", "cid"], ["bob"]]);
  mesh.graph.unblock(people.dan, people.bob);
  mesh.graph.unblock(people.bob, people.cid);
});

test.each(kinds)("the %s of a post out of sight are not there", async (kind) => {
  const hidden = await postAs(mesh, people.ann, { audience: Audience.PRIVATE });
  for (const id of [hidden, mesh.content.ids.next()])
    for (const who of [as(people.bob), {}])
      expect(await refusal(lists[kind]({ postId: id, pageSize: 0, pageToken: "" }, who))).toMatchObject({
        code: Code.NotFound,
        reason: "POST_NOT_FOUND",
      });
});

test("a token of one list is none of another, nor of another post", async () => {
  const { nextPageToken } = await client().listLikers({ postId, pageSize: 2 }, as(people.ann));
  const refused = { reason: "PAGE_TOKEN_INVALID" };
  const other = await postAs(mesh, people.ann);
  expect(await refusal(client().listSharers({ postId, pageToken: nextPageToken }))).toMatchObject(refused);
  expect(await refusal(client().listLikers({ postId: other, pageToken: nextPageToken }))).toMatchObject(refused);
});

test("who likes again is the latest", async () => {
  const other = await postAs(mesh, people.ann);
  const like = (name: "bob" | "cid") => client().likePost({ postId: other }, as(people[name]));
  await like("bob");
  mesh.clock.advance(1_000);
  await like("cid");
  await client().unlikePost({ postId: other }, as(people.bob));
  mesh.clock.advance(1_000);
  await like("bob");
  const { likers } = await client().listLikers({ postId: other });
  expect(likers.map(({ handle }) => handle)).toEqual(["bob", "cid"]);
});

test("quotes come newest first and whole, without deleted ones and those of authors out of sight", async () => {
  const quoted = await postAs(mesh, people.ann);
  const quotes: string[] = [];
  for (const name of ["bob", "cid", "dan"] as const)
    quotes.push(await postAs(mesh, people[name], { text: name, quoteId: quoted }));
  const texts = async (who: object) => {
    const seen: (string | undefined)[][] = [];
    for (let pageToken = "", more = true; more; more = pageToken !== "") {
      const page = await client().listQuotes({ postId: quoted, pageSize: 2, pageToken }, who);
      for (const { quote } of page.posts) expect(quote?.card?.id).toBe(quoted);
      seen.push(page.posts.map(({ card }) => card?.text));
      pageToken = page.nextPageToken;
    }
    return seen;
  };
  expect(await texts({})).toEqual([["dan", "cid"], ["bob"]]);
  mesh.graph.block(people.cid, people.eve);
  expect(await texts(as(people.eve))).toEqual([["dan"], ["bob"]]);
  await mesh.content.db.query(sql`update post set state = 'TOMBSTONE' where id = ${quotes[2]}`);
  expect(await texts(as(people.fay))).toEqual([["cid", "bob"]]);
});
