import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import { type ToyDeps, toy } from "../testing/toy.ts";
import { startTestMesh, type TestMesh } from "../testing.ts";
import type { Db } from "./database.ts";
import { type Sql, sql } from "./sql.ts";

let mesh: TestMesh;
let db: Db;
beforeAll(async () => {
  mesh = await startTestMesh([toy("identity", [IdentityService], {})]);
  db = mesh.deps<ToyDeps>("identity").db;
});
afterAll(() => mesh[Symbol.asyncDispose]());
beforeEach(() => db.query(sql`delete from effect`));

const add = (what: string): Sql => sql`insert into effect (id, what) values (gen_random_uuid(), ${what})`;
const kept = async () =>
  (await db.query<{ what: string }>(sql`select what from effect order by what`)).map(({ what }) => what);
const fine = { statement: add("opening"), check: () => undefined };

test("what a transaction begins with is part of it", async () => {
  const answer = await db.transact(async (tx) => {
    await tx.query(add("work"));
    return tx.query<{ n: number }>(sql`select count(*)::int as n from effect`);
  }, fine);
  expect(answer).toEqual([{ n: 2 }]);
  expect(await kept()).toEqual(["opening", "work"]);
});

test("work that says nothing to the database has no transaction, and nothing is sent that it would begin with", async () => {
  let ended = 0;
  await db.transact(async (tx) => tx.ended(() => ended++), fine);
  expect(ended).toBe(1);
  expect(await kept()).toEqual([]);
});

test("where the beginning is refused nothing is done, and the work hears why before it goes on", async () => {
  let went = "nowhere";
  const refused = db.transact(
    async (tx) => {
      await tx.query(add("work"));
      went = "on";
    },
    {
      ...fine,
      check: () => {
        throw new Error("somebody else was here");
      },
    },
  );
  await expect(refused).rejects.toThrow("somebody else was here");
  expect(went).toBe("nowhere");
  expect(await kept()).toEqual([]);
});

test("where the beginning fails in the server that is the error, not what follows from it", async () => {
  const failed = db.transact((tx) => tx.query(add("work")), { ...fine, statement: sql`select 1 / 0` });
  await expect(failed).rejects.toThrow("division by zero");
  expect(await kept()).toEqual([]);
});

test("statements that are asked for at once are done in their order, together or not at all", async () => {
  const all = (...statements: Sql[]) => db.transact((tx) => Promise.all(statements.map((one) => tx.query(one))));
  const count = sql`select count(*)::int as n from effect`;
  expect(await all(add("a"), count, add("b"), count)).toEqual([[], [{ n: 1 }], [], [{ n: 2 }]]);
  await expect(all(add("c"), sql`select 1 / 0`, add("d"))).rejects.toThrow("division by zero");
  expect(await kept()).toEqual(["a", "b"]);
  expect(await all(add("e"))).toEqual([[]]); // the connection is as good as before
});

test("a transaction of which a statement failed is not taken for committed because nobody minded", async () => {
  const careless = db.transact(async (tx) => {
    await tx.query(add("a"));
    await tx.query(sql`select 1 / 0`).catch(() => undefined);
  });
  await expect(careless).rejects.toThrow("nobody minded");
  expect(await kept()).toEqual([]);
});

test("what goes on asking when its transaction has failed does nothing any more", async () => {
  let stray: Promise<unknown> | undefined;
  const later = Promise.withResolvers<void>();
  const failed = db.transact(async (tx) => {
    await tx.query(add("a"));
    stray = later.promise.then(() => tx.query(add("stray")));
    throw new Error("half way");
  });
  await expect(failed).rejects.toThrow("half way");
  later.resolve();
  await expect(stray).rejects.toThrow("the transaction is over");
  expect(await kept()).toEqual([]);
});
