import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Audience } from "#gen/skein/common/v1/visibility_pb.ts";
import { sql } from "#mesh/store/sql.ts";
import { administer, analyze, planOf } from "#mesh/testing/plans.ts";
import { parseQuery, tsqueryOf } from "../rules/search-query.ts";
import { type ContentMesh, startContent } from "../testing/start.ts";
import { AFTER_ALL } from "./moment.ts";
import { type Place, type Scan, scanBack, type Wanted } from "./search.ts";

const DAY_MS = 86_400_000;
const DOCS = 14_000;
const AUTHOR = "00000000-0000-7000-8000-00000000000a";
const START: Place = { created_at: AFTER_ALL[0], post_id: AFTER_ALL[1] };

let mesh: ContentMesh;
let now: Date;
beforeAll(async () => {
  mesh = await startContent();
  // Late enough in a month for a common word to be common in it, whatever day it is.
  const today = mesh.clock.now();
  now = new Date(Date.UTC(today.getUTCFullYear(), today.getUTCMonth(), 20, 12));
  // Most of it within a few weeks, some further back than any month's table reaches. Many at the same moment, each as
  // long as posts are, because plans depend on that.
  await mesh.content.db.query(sql`
    insert into search_doc (post_id, author_id, created_at, version, audience, language, hashtags, words)
    select gen_random_uuid(), case when n % 50 = 0 then ${AUTHOR}::uuid else gen_random_uuid() end,
      ${now}::timestamptz - case when n % 40 = 0 then (n / 10) * interval '1 day' else (n / 3) * interval '5 minutes' end,
      1, case when n % 7 = 0 then 2 else 1 end, case when n % 100 = 0 then 'de' else 'en' end,
      case when n % 30 = 0 then array['tagged'] else '{}' end,
      (case when n % 300 = 0 then 'rare ' else '' end || case when n % 3 > 0 then 'common ' else '' end ||
        case when n % 20 = 0 then 'some ' else '' end || repeat(md5(n::text), 30))::tsvector
    from generate_series(1, ${DOCS}::int) n`);
  await analyze(mesh.content.db, "search_doc");
});
afterAll(() => mesh[Symbol.asyncDispose]());

const wantedWith = (more: Partial<Wanted>): Wanted => ({
  ...{ viewerId: undefined, mediaOnly: false, since: new Date(0), until: new Date(now.getTime() + DAY_MS) },
  ...more,
});
const words = (text: string) => tsqueryOf(parseQuery(text), new Map());

/** Everything that fits, in order, by a statement that looks at every row. */
const everything = async (wanted: Wanted) =>
  (
    await mesh.content.db.query<{ post_id: string }>(sql`select post_id from search_doc d
      where (${wanted.words ?? null}::tsquery is null or words @@ ${wanted.words ?? null}::tsquery)
        and (${wanted.authorId ?? null}::uuid is null or author_id = ${wanted.authorId ?? null}::uuid)
        and (${wanted.hashtag ?? null}::text is null or ${wanted.hashtag ?? null} = any(hashtags))
        and (${wanted.language ?? null}::text is null or language = ${wanted.language ?? null})
        and created_at >= ${wanted.since} and created_at < ${wanted.until} and audience = ${Audience.PUBLIC}
      order by created_at desc, post_id desc`)
  ).map(({ post_id }) => post_id);

/** All scans, one behind the other; `between` may change what is there. */
async function scanned(wanted: Wanted, most: number, between: () => Promise<void> = async () => {}) {
  const scans: Scan[] = [];
  for (let after: Place | undefined = START; after; ) {
    const scan: Scan = await scanBack(mesh.content.db.query, wanted, after, most);
    scans.push(scan);
    after = scan.more ? scan.rows.at(-1) : undefined;
    await between();
  }
  return { scans, ids: scans.flatMap(({ rows }) => rows.filter(({ hit }) => hit).map(({ post_id }) => post_id)) };
}

test("scans one behind the other find everything once, in order, whatever is asked and however it is indexed", async () => {
  const questions = fc.record(
    {
      words: fc
        .constantFrom("rare", "common", "some", "common -some", "rare or some", '"common"', "nothing")
        .map(words),
      authorId: fc.constant(AUTHOR),
      hashtag: fc.constant("tagged"),
      language: fc.constantFrom("de", "en"),
      since: fc.constantFrom(20, 400).map((days) => new Date(now.getTime() - days * DAY_MS)),
      until: fc.constantFrom(0, 3, 200).map((days) => new Date(now.getTime() - days * DAY_MS)),
    },
    { requiredKeys: [] },
  );
  await fc.assert(
    fc.asyncProperty(questions, fc.constantFrom(40, 100), async (more, most) => {
      const wanted = wantedWith(more);
      const expected = await everything(wanted);
      fc.pre(expected.length < 2_000); // others cost minutes, and are looked at below
      expect((await scanned(wanted, most)).ids).toEqual(expected);
    }),
    { numRuns: 25 },
  );
});

test("what is there from first to last is found once, whatever comes and goes in between", async () => {
  const { db, ids } = mesh.content;
  const wanted = wantedWith({ words: words("rare") });
  const before = new Set(await everything(wanted));
  const added: string[] = [];
  let round = 0;
  const { ids: found } = await scanned(wanted, 3, async () => {
    const id = ids.next();
    added.push(id);
    const at = new Date(now.getTime() - round++ * 3 * DAY_MS);
    await db.query(sql`insert into search_doc (post_id, author_id, created_at, version, audience, words)
      values (${id}, ${id}, ${at}, 1, 1, 'rare')`);
    if (round % 3 === 0) {
      const [gone] = await db.query<{ post_id: string }>(sql`delete from search_doc where post_id in
        (select post_id from search_doc where words @@ 'rare' and post_id <> all(${added}::uuid[]) order by created_at limit 1) returning post_id`);
      before.delete(gone?.post_id ?? "");
    }
  });
  await db.query(sql`delete from search_doc where post_id = any(${added}::uuid[])`);
  expect(new Set(found).size).toBe(found.length);
  expect([...before].filter((id) => !found.includes(id))).toEqual([]);
  const stayed = found.filter((id) => before.has(id));
  expect(stayed).toEqual((await everything(wanted)).filter((id) => before.has(id)));
});

test("a word that is everywhere, with something that is hardly anywhere, ends a call before it ends the search", async () => {
  // Few of these are of both; the way there leads past thousands.
  const wanted = wantedWith({ words: words("common"), language: "xx" });
  const { scans, ids } = await scanned(wanted, 40);
  expect(ids).toEqual([]);
  expect(scans.length).toBeGreaterThan(1);
  expect(scans.slice(0, -1).every(({ more, rows }) => more && rows.length === 1)).toBe(true);
  const { ids: hits } = await scanned(wantedWith({ words: words("common"), language: "de" }), 40);
  expect(hits).toEqual(await everything(wantedWith({ words: words("common"), language: "de" })));
});

test("the indexes find it", async () => {
  const plan = (more: Partial<Wanted>) =>
    planOf(mesh.content.db, (query) => scanBack(query, wantedWith(more), START, 40));
  const rare = await plan({ words: words("rare") });
  expect(rare).toMatch(/Bitmap Index Scan on search_doc\w*_words_idx/);
  expect(rare).not.toMatch(/WindowAgg \(actual/); // it is rare: nothing passes by
  expect(rare).not.toMatch(/Seq Scan on search_doc_2\d+ .*actual/);
  const common = await plan({ words: words("common") });
  expect(common).toMatch(/WindowAgg \(actual/);
  expect(common).toMatch(/search_doc_rest d\w* \(never executed/); // there is enough before
  expect(common).not.toMatch(/search_doc_rest d\w* \(actual/);
  expect(await plan({ hashtag: "tagged" })).toMatch(/Bitmap Index Scan on search_doc\w*_hashtags_idx/);
  expect(await plan({ authorId: AUTHOR })).toMatch(/Index Scan\w* (Backward )?using search_doc\w*_author_id\w*/);
  expect(await plan({ language: "de" })).not.toContain("Seq Scan on search_doc_2");
});

test("months are made before they begin", async () => {
  await using admin = await administer(mesh.content.db);
  const months = async () =>
    (await admin.query(`select relname from pg_class where relname ~ '^search_doc_2[0-9]{5}$' order by 1`)).rows;
  const before = await months();
  expect(before.length).toBeGreaterThanOrEqual(4);
  await admin.query(`drop table ${before.at(-1)?.relname}`);
  while (!(await mesh.runJob("content", "keep-search-months")));
  expect(await months()).toEqual(before);
});
