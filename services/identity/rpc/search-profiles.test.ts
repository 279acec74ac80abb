import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import { sql } from "#mesh/store/sql.ts";
import { analyze, mostRemoved, planOf } from "#mesh/testing/plans.ts";
import { refusal } from "#mesh/testing/refusal.ts";
import { startTestMesh, type TestMesh } from "#mesh/testing.ts";
import type { Deps } from "../deps.ts";
import { identity } from "../index.ts";
import { listNewest, START, searchByLikeness } from "../store/search.ts";
import { settle } from "../testing/people.ts";

let mesh: TestMesh;
beforeAll(async () => {
  mesh = await startTestMesh([identity]);
});
afterAll(() => mesh[Symbol.asyncDispose]());

const client = () => mesh.client(IdentityService);
const find = async (query: string) => (await client().searchProfiles({ query })).profiles.map(({ handle }) => handle);

async function* pages(query: string, pageSize: number) {
  for (let pageToken = "", more = true; more; more = pageToken !== "") {
    const page = await client().searchProfiles({ query, pageSize, pageToken });
    yield page.profiles.map(({ handle }) => handle);
    pageToken = page.nextPageToken;
  }
}

test("beginnings come before likeness, and hidden accounts never", async () => {
  await settle(mesh, { handle: "zoe", displayName: "Zoe Quill" });
  await settle(mesh, { handle: "zoe_b" });
  await settle(mesh, { handle: "quill_fan", displayName: "Somebody named Zoe" });
  await settle(mesh, { handle: "zoe_hidden", state: "SUSPENDED" });
  await settle(mesh, { handle: "lowly", displayName: "Łódź Müller" });
  expect(await find("Zoe")).toEqual(["zoe", "zoe_b", "quill_fan"]);
  expect(await find("@ZOE_")).toEqual(["zoe_b", "zoe", "quill_fan"]);
  expect(await find("quil")).toEqual(["quill_fan", "zoe"]);
  expect(await find("müller")).toEqual(["lowly"]);
  expect((await find(" \u0007 "))[0]).toBe("lowly");
});

test("what the asker writes is text: no wildcards, no SQL, no operators", async () => {
  for (const query of [
    "%",
    "_",
    "%oe",
    "z_e",
    "'; drop table account; --",
    "\\",
    "a".repeat(64),
    "~",
    "zoe' or true",
    "🙂",
    "\ud83d",
  ]) {
    const found = await find(query);
    expect(found.length, query).toBeLessThan(5);
  }
  expect(await find("z%")).not.toContain("quill_fan");
});

test("page tokens belong to their query", async () => {
  const { nextPageToken } = await client().searchProfiles({ query: "", pageSize: 1 });
  expect((await refusal(client().searchProfiles({ query: "zoe", pageToken: nextPageToken }))).reason).toBe(
    "PAGE_TOKEN_INVALID",
  );
});

test("pages show everybody who was there from first to last once, whoever joins in between", async () => {
  const { db } = mesh.deps<Deps>("identity");
  let round = 0;
  const beginning = fc.constantFrom("an", "ann", "nea", "e");
  const rest = fc.string({ unit: fc.constantFrom("a", "n", "e", "_"), minLength: 1, maxLength: 3 });
  const name = fc.tuple(beginning, rest).map((parts) => parts.join(""));
  const names = fc.uniqueArray(name, { minLength: 1, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(
      names,
      names,
      fc.integer({ min: 1, max: 4 }),
      fc.constantFrom("", "ann", "an", "nea", "ann nea"),
      async (first, later, size, query) => {
        await db.query(sql`update account set state = 'SUSPENDED'`);
        const mark = `${round++}`;
        // Some are found by their handle, some by their display name, many of these with one score.
        const join = (name: string, at: number) =>
          settle(mesh, { handle: `${at % 2 ? "q" : ""}${name}${mark}`, displayName: at % 3 ? "Ann Nea" : name });
        for (const [at, name] of first.entries()) await join(name, at);
        const whole = (await client().searchProfiles({ query, pageSize: 100 })).profiles.map(({ handle }) => handle);
        const joining = later.filter((name) => !first.includes(name));
        const seen: string[] = [];
        for await (const page of pages(query, size)) {
          seen.push(...page);
          expect(new Set(seen).size).toBe(seen.length);
          const name = joining.pop();
          if (name) await join(name, joining.length);
        }
        expect(seen.filter((handle) => whole.includes(handle))).toEqual(whole);
      },
    ),
    { numRuns: 25 },
  );
});

test("among thousands the indexes find it", async () => {
  const { db } = mesh.deps<Deps>("identity");
  await db.query(sql`insert into account (id, handle, display_name, created_at, updated_at)
    select gen_random_uuid(), 'user_' || md5(n::text)::varchar(12), initcap(md5((n * 7)::text)::varchar(6)) || ' ' || initcap(md5((n * 13)::text)::varchar(8)),
      timestamptz '2026-01-01' + n * interval '1 minute', now() from generate_series(1, 5000) n`);
  await analyze(db, "account");
  const last = "ffffffff-ffff-ffff-ffff-ffffffffffff";
  const beginning = await planOf(db, (query) => searchByLikeness(query, "user_a", START, 21));
  expect(beginning).toMatch(/Index Scan (using|on) account_handle/);
  expect(beginning).toContain("(never executed)"); // a page full of beginnings asks for no likeness
  for (const asked of ["deadbeef", "zz"]) {
    const likeness = await planOf(db, (query) => searchByLikeness(query, asked, START, 21));
    expect(likeness).toMatch(/Bitmap Index Scan on account_search/);
    expect(mostRemoved(likeness)).toBeLessThan(1000);
    expect(likeness).not.toContain("Seq Scan");
  }
  const newest = await planOf(db, (query) => listNewest(query, "infinity", last, 21));
  expect(newest).toMatch(/Index Scan using account_newest .*rows=21/);
});
