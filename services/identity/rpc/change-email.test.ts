import { create } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ChangeEmailRequestSchema, CredentialService } from "#gen/skein/identity/v1/credential_service_pb.ts";
import { sql } from "#mesh/store/sql.ts";
import { as, startTestMesh, type TestMesh } from "#mesh/testing.ts";
import type { Deps } from "../deps.ts";
import { identity } from "../index.ts";
import { ownCredential } from "../store/own-credential.ts";
import { replacePassword } from "../store/passwords.ts";
import { lettersTo, tokenTo } from "../testing/letters.ts";
import { PASSWORD, settle } from "../testing/people.ts";
import { spentBy } from "../testing/spending.ts";
import { changeEmail } from "./change-email.ts";

let mesh: TestMesh;
beforeAll(async () => {
  mesh = await startTestMesh([identity]);
});
afterAll(() => mesh[Symbol.asyncDispose]());

const deps = () => mesh.deps<Deps>("identity");
const client = () => mesh.client(CredentialService);
const wish = (accountId: string, newEmail: string, password = PASSWORD) =>
  client().changeEmail({ newEmail, password }, as(accountId));

test("a free and a taken address get the same answer, statements and rows; only the mailboxes learn more", async () => {
  const ann = await settle(mesh, { handle: "ann" });
  await settle(mesh, { handle: "owner", email: "Taken@example.test" });
  const rows = async () => {
    const [row] = await deps().db.query<{
      tokens: number;
      mails: number;
    }>(sql`select (select count(*)::int from one_time_token) as tokens,
      (select count(*)::int from mail) as mails`);
    return row;
  };
  const traces = [];
  for (const newEmail of ["free@example.test", "taken@example.test"]) {
    const request = create(ChangeEmailRequestSchema, { newEmail, password: PASSWORD });
    const actor = {
      accountId: ann,
      sessionId: "",
      roles: [],
      suspended: false,
      issuedAt: mesh.clock.now(),
      expiresAt: mesh.clock.now(),
    };
    const before = await rows();
    const spent = await spentBy(mesh, CredentialService.method.changeEmail, (ctx) =>
      changeEmail(deps())(request, { ...ctx, actor }),
    );
    const after = await rows();
    traces.push({ spent, mails: (after?.mails ?? 0) - (before?.mails ?? 0), tokens: after?.tokens });
  }
  expect(traces[1]).toEqual(traces[0]); // the second request's token takes the place of the first one's
  const subjects = async (to: string) => (await lettersTo(mesh, to)).map(({ subject }) => subject);
  expect(await subjects("free@example.test")).toEqual(["Confirm your new address"]);
  expect(await subjects("Taken@example.test")).toEqual(["Somebody entered your address"]);
  expect(await subjects("ann@example.test")).toEqual(Array(2).fill("A new address for your account"));
  expect((await lettersTo(mesh, "Taken@example.test"))[0]?.text).not.toContain("sko_");
});

test("asking for a taken address voids the former wish, as asking for a free one does", async () => {
  const bob = await settle(mesh, { handle: "bob" });
  await settle(mesh, { handle: "landlord" });
  await wish(bob, "bobs@example.test");
  const token = await tokenTo(mesh, "bobs@example.test");
  await wish(bob, "landlord@example.test");
  await expect(client().confirmEmailVerification({ token })).rejects.toMatchObject({ code: Code.InvalidArgument });
});

test("a wish that was proven with the old password comes to nothing once that is changed", async () => {
  const dan = await settle(mesh, { handle: "dan" });
  const { db, clock } = deps();
  const waiting = () =>
    db.query(sql`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`);
  const { passwordHash: former } = await ownCredential(db.query, dan);
  const [held, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const changing = db.commit(undefined, async (tx) => {
    await replacePassword(tx, { accountId: dan, former, hash: "of another password", now: clock.now() });
    held.resolve();
    await release.promise;
  });
  await held.promise;
  let done = false;
  const wished = Promise.allSettled([wish(dan, "thief@example.test")]).finally(() => {
    done = true;
  });
  await expect.poll(async () => done || (await waiting()).length > 0).toBe(true);
  release.resolve();
  await changing;
  expect((await wished)[0]).toMatchObject({ status: "rejected", reason: { code: Code.Unauthenticated } });
  expect(await lettersTo(mesh, "thief@example.test")).toEqual([]);
});

test("a wrong password mails nothing, and the own address is no change", async () => {
  const cid = await settle(mesh, { handle: "cid" });
  await expect(wish(cid, "cids@example.test", "not the password")).rejects.toMatchObject({
    code: Code.Unauthenticated,
  });
  await wish(cid, "CID@example.test");
  expect(await lettersTo(mesh, "cids@example.test")).toEqual([]);
  expect(await lettersTo(mesh, "cid@example.test")).toEqual([]);
});
