import { afterAll, beforeAll, expect, test } from "vitest";
import { sql } from "#mesh/store/sql.ts";
import { analyze, mostRemoved, planOf } from "#mesh/testing/plans.ts";
import { settle } from "../testing/people.ts";
import { type ContentMesh, startContent } from "../testing/start.ts";
import { write } from "../testing/writing.ts";
import { hydrate } from "../view/hydrate.ts";
import { accountsByHandle } from "./accounts.ts";
import { pinnedBy, postsOf } from "./author-posts.ts";
import { postsLeft } from "./erasure.ts";
import { forgetDeleted } from "./forget-posts.ts";
import { postByKey } from "./insert-post.ts";
import type { Query } from "./query.ts";
import { snapshots } from "./snapshots.ts";
import { repliesBelow, repliesOf, wayUp } from "./threads.ts";

let mesh: ContentMesh;
let ann: string;
let root: string;
const LAST = "ffffffff-ffff-ffff-ffff-ffffffffffff";
const NONE = "00000000-0000-0000-0000-000000000000";

beforeAll(async () => {
  mesh = await startContent();
  ({ ann } = await settle(mesh, "ann"));
  ({ id: root } = await write(mesh, ann, "root"));
  const { db } = mesh.content;
  await db.query(sql`insert into account (id, shard, handle, state, profile, version)
    select gen_random_uuid(), n % 64, 'user_' || n, 'ACTIVE', '', 1 from generate_series(1, 5000) n`);
  // Everybody has some posts, a few have many; one post in four is a reply, one in ten to the same post.
  await db.query(sql`insert into post (author_id, id, shard, state, audience, root_id, parent_id, parent_author_id, has_media, card, created_at, request_key)
    select case when n % 5 = 0 then ${ann}::uuid else md5((n % 4000)::text)::uuid end, gen_random_uuid(), n % 64,
      case when n % 50 = 0 then 'TOMBSTONE' else 'PUBLISHED' end, 1, parent, parent, ann, n % 7 = 0, '', now(), case when n % 2 = 0 then 'key' || n end
    from (select n, case when n % 10 = 0 then ${root}::uuid when n % 4 = 0 then md5((n % 300)::text)::uuid end as parent, ${ann}::uuid as ann
      from generate_series(1, 20000) n) made`);
  await db.query(sql`update post set deleted_at = now() - interval '1 hour' where state = 'TOMBSTONE'`);
  await db.query(sql`insert into post_count (post_id, author_id, shard) select id, author_id, shard from post`);
  await db.query(sql`insert into post_like (liker_id, post_id, author_id, shard, liked_at)
    select md5((n % 500)::text)::uuid, id, author_id, n % 64, now() from (select *, row_number() over () as n from post) p`);
  await db.query(
    sql`insert into mention (author_id, post_id, account_id) select author_id, id, ${ann} from post where has_media`,
  );
  await analyze(db, "account", "post", "post_count", "post_like", "mention", "count_delta");
});
afterAll(() => mesh[Symbol.asyncDispose]());

const reads: [string, RegExp, (query: Query) => Promise<unknown>][] = [
  [
    "posts of an author",
    /Index.* post_original/,
    (query) => postsOf(query, ann, { withReplies: false, mediaOnly: false }, LAST, 21),
  ],
  [
    "posts with replies",
    /Index.* post_pkey/,
    (query) => postsOf(query, ann, { withReplies: true, mediaOnly: false }, LAST, 21),
  ],
  [
    "posts with media",
    /Index.* post_media/,
    (query) => postsOf(query, ann, { withReplies: true, mediaOnly: true }, LAST, 21),
  ],
  [
    "pins",
    /Index.* pin_pkey|Bitmap.* pin_pkey/,
    (query) => pinnedBy(query, ann, { withReplies: true, mediaOnly: false }, ["infinity", LAST], 21),
  ],
  ["replies, oldest first", /Index.* post_parent/, (query) => repliesOf(query, root, ann, { limit: 21 })],
  [
    "replies, newest first",
    /Index Scan Backward using post_parent/,
    (query) => repliesOf(query, root, ann, { newestFirst: true, limit: 21 }),
  ],
  [
    "replies that have no rank",
    /Index.* post_parent/,
    (query) =>
      repliesOf(query, root, ann, { after: NONE, head: { last: LAST, by: new Date(0), beyond: true }, limit: 21 }),
  ],
  [
    "what is below",
    /Index.* post_parent/,
    (query) => repliesBelow(query, [root], ann, { levels: 5, newestFirst: false }),
  ],
  ["the way up", /Index.* post_id/, (query) => wayUp(query, root, 40)],
  ["whole posts", /Index.* post_id/, (query) => hydrate({ query }, ann, [root, LAST])],
  ["a post by its key", /Index.* post_request/, (query) => postByKey(query, ann, "key")],
  ["accounts by handle", /Index.* account_handle/, (query) => accountsByHandle(query, ["user_7", "ann"])],
  ["posts of an erased account", /Index.* post_pkey/, (query) => postsLeft(query, ann, 100)],
  ["final deletions", /Index.* post_deleted/, (query) => forgetDeleted({ query }, new Date(), 100)],
  ["a snapshot's page of posts", /Index.* post_snapshot/, (query) => query(snapshots[0]?.page(7, "", 500) ?? sql``)],
  [
    "a snapshot's page of likes",
    /Index.* post_like_snapshot/,
    (query) => query(snapshots[1]?.page(7, "", 500) ?? sql``),
  ],
  [
    "a snapshot's page of counters",
    /Index.* post_count_snapshot/,
    (query) => query(snapshots.find(({ kind }) => kind === "engagement")?.page(7, "", 500) ?? sql``),
  ],
];

test.each(reads)("among many posts an index finds %s", async (_, index, ask) => {
  const plan = await planOf(mesh.content.db, ask);
  expect(plan).toMatch(index);
  // Small tables may be read whole; of the large ones no more is looked at than what is asked for.
  expect(plan).not.toMatch(/Seq Scan on (post|post_count|post_like|account|mention)\b/);
  expect(mostRemoved(plan)).toBeLessThan(200);
});
