import { Code } from "@connectrpc/connect";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CredentialService } from "#gen/skein/identity/v1/credential_service_pb.ts";
import { sql } from "#mesh/store/sql.ts";
import { as, startTestMesh, type TestMesh } from "#mesh/testing.ts";
import type { Deps } from "../deps.ts";
import { identity } from "../index.ts";
import { lettersTo, tokenTo } from "../testing/letters.ts";
import { PASSWORD, settle } from "../testing/people.ts";

let mesh: TestMesh;
beforeAll(async () => {
  mesh = await startTestMesh([identity]);
});
afterAll(() => mesh[Symbol.asyncDispose]());

const client = () => mesh.client(CredentialService);
const invalid = { code: Code.InvalidArgument, message: expect.stringContaining("token is not valid") };

async function address(id: string) {
  const { db } = mesh.deps<Deps>("identity");
  const [row] = await db.query<{ email: string; verified: boolean; claims: string[] }>(sql`select email,
    email_verified_at is not null as verified, array(select e.email from email_claim e where e.account_id = p.account_id order by 1) as claims
    from person p where account_id = ${id}`);
  return row;
}

test("a mailed token proves the address once, and a proven one gets no further mail", async () => {
  const ann = await settle(mesh, { handle: "ann" });
  await client().requestEmailVerification({}, as(ann));
  const token = await tokenTo(mesh, "ann@example.test");
  const results = await Promise.allSettled(
    Array.from({ length: 20 }, () => client().confirmEmailVerification({ token })),
  );
  expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  expect(await address(ann)).toMatchObject({ verified: true });
  await client().requestEmailVerification({}, as(ann));
  expect(await lettersTo(mesh, "ann@example.test")).toHaveLength(1);
});

test("a token of a day ago, and one for something else, prove nothing", async () => {
  const bob = await settle(mesh, { handle: "bob" });
  await client().requestPasswordReset({ email: "bob@example.test" });
  await expect(
    client().confirmEmailVerification({ token: await tokenTo(mesh, "bob@example.test") }),
  ).rejects.toMatchObject(invalid);
  await client().requestEmailVerification({}, as(bob));
  const token = await tokenTo(mesh, "bob@example.test");
  mesh.clock.advance(86_400_001);
  await expect(client().confirmEmailVerification({ token })).rejects.toMatchObject(invalid);
  expect(await address(bob)).toMatchObject({ verified: false });
});

test("a confirmed change moves the address whole, tells the old mailbox, and voids what was mailed there", async () => {
  const cid = await settle(mesh, { handle: "cid" });
  await client().requestPasswordReset({ email: "cid@example.test" });
  const reset = await tokenTo(mesh, "cid@example.test");
  await client().requestEmailVerification({}, as(cid));
  const verify = await tokenTo(mesh, "cid@example.test");
  await client().changeEmail({ newEmail: "New.Cid@example.test", password: PASSWORD }, as(cid));
  expect(await address(cid)).toEqual({ email: "cid@example.test", verified: false, claims: ["cid@example.test"] });
  await client().confirmEmailVerification({ token: await tokenTo(mesh, "New.Cid@example.test") });
  expect(await address(cid)).toEqual({
    email: "New.Cid@example.test",
    verified: true,
    claims: ["new.cid@example.test"],
  });
  const subjects = (await lettersTo(mesh, "cid@example.test")).map(({ subject }) => subject);
  expect(subjects.slice(-2).sort()).toEqual([
    "A new address for your account",
    "The address of your account was changed",
  ]);
  await expect(
    client().confirmPasswordReset({ token: reset, newPassword: "quite another phrase" }),
  ).rejects.toMatchObject(invalid);
  await expect(client().confirmEmailVerification({ token: verify })).rejects.toMatchObject(invalid);
});

test("an address that was taken meanwhile answers like a bad token, and nothing moves", async () => {
  const dan = await settle(mesh, { handle: "dan" });
  await client().changeEmail({ newEmail: "wanted@example.test", password: PASSWORD }, as(dan));
  const token = await tokenTo(mesh, "wanted@example.test");
  await settle(mesh, { handle: "quick", email: "Wanted@example.test" });
  await expect(client().confirmEmailVerification({ token })).rejects.toMatchObject(invalid);
  expect(await address(dan)).toEqual({ email: "dan@example.test", verified: false, claims: ["dan@example.test"] });
});

test("of two accounts that confirm the same address at once one gets it", async () => {
  const two = [await settle(mesh, { handle: "eve" }), await settle(mesh, { handle: "fay" })];
  const tokens = [];
  for (const id of two) {
    await client().changeEmail({ newEmail: "shared@example.test", password: PASSWORD }, as(id));
    tokens.push(await tokenTo(mesh, "shared@example.test"));
  }
  const results = await Promise.allSettled(tokens.map((token) => client().confirmEmailVerification({ token })));
  expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  const claims = await Promise.all(two.map(async (id) => (await address(id))?.claims));
  expect(claims.flat().filter((email) => email === "shared@example.test")).toHaveLength(1);
});
