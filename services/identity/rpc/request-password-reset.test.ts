import { create } from "@bufbuild/protobuf";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CredentialService, RequestPasswordResetRequestSchema } from "#gen/skein/identity/v1/credential_service_pb.ts";
import { sql } from "#mesh/store/sql.ts";
import { startTestMesh, type TestMesh } from "#mesh/testing.ts";
import type { Deps } from "../deps.ts";
import { identity } from "../index.ts";
import { lettersTo, sendDue } from "../testing/letters.ts";
import { settle } from "../testing/people.ts";
import { spentBy } from "../testing/spending.ts";
import { requestPasswordReset } from "./request-password-reset.ts";

let mesh: TestMesh;
beforeAll(async () => {
  mesh = await startTestMesh([identity]);
});
afterAll(() => mesh[Symbol.asyncDispose]());

const deps = () => mesh.deps<Deps>("identity");
const ask = (email: string) => mesh.client(CredentialService).requestPasswordReset({ email });

/** What a request leaves behind, without the values. */
async function traces(email: string) {
  const rows = async () => {
    const tokens = await deps().db.query<{
      id: string;
    }>(sql`select id, purpose, length(detail) as detail, used_at is null as unused,
      extract(epoch from expires_at - created_at) as lives from one_time_token`);
    const mails = await deps().db.query<{ id: string }>(
      sql`select id, template, length(params::text) > 100 as full, attempts from mail`,
    );
    return [...tokens, ...mails];
  };
  const before = new Set((await rows()).map(({ id }) => id));
  const request = create(RequestPasswordResetRequestSchema, { email });
  const spent = await spentBy(mesh, CredentialService.method.requestPasswordReset, (ctx) =>
    requestPasswordReset(deps())(request, ctx),
  );
  const after = await rows();
  return {
    spent,
    count: after.length - before.size,
    written: after.filter(({ id }) => !before.has(id)).map(({ id: _, ...rest }) => rest),
  };
}

test("known, unknown and deleted addresses cost the same statements and leave the same rows, also the second time", async () => {
  await settle(mesh, { handle: "ann" });
  await settle(mesh, { handle: "deleted_1", email: "gone@example.test", state: "DELETING" });
  const seen = [];
  for (const email of ["ann@example.test", "nobody@example.test", "gone@example.test"]) {
    // The host sends every second: what it sends in between would look like a difference.
    await sendDue(mesh);
    const first = await traces(email);
    const soon = await traces(email);
    mesh.clock.advance(60_001);
    seen.push([first, soon, await traces(email)]);
  }
  const [known, unknown, deleting] = seen;
  expect(unknown?.map(({ written: _, ...rest }) => rest)).toEqual(known?.map(({ written: _, ...rest }) => rest));
  expect(deleting?.map(({ written: _, ...rest }) => rest)).toEqual(known?.map(({ written: _, ...rest }) => rest));
  expect(known?.[0]).toMatchObject({ spent: { sql: 4, redis: 0, rpc: 0 }, count: 2 });
  expect(known?.[1]).toMatchObject({ spent: { sql: 2, redis: 0, rpc: 0 }, count: 0 }); // asked again at once: nothing
  expect(known?.[2]?.count).toBe(1); // the second token takes the place of the first, for strangers as well
  const shape = (all: typeof known) =>
    all?.map(({ written }) => written.map(({ attempts: _, full: __, ...rest }: Record<string, unknown>) => rest));
  expect(shape(unknown)).toEqual(shape(known));
  expect(shape(deleting)).toEqual(shape(known));
});

test("only an address with a living account gets mail, in whatever case it was typed", async () => {
  await settle(mesh, { handle: "bob", email: "Bob@Example.test" });
  await settle(mesh, { handle: "sue", state: "SUSPENDED" });
  await settle(mesh, { handle: "deleted_2", email: "left@example.test", state: "DELETING" });
  const answers = [];
  for (const email of ["bob@EXAMPLE.test", "sue@example.test", "left@example.test", "whoever@example.test"])
    answers.push(await ask(email));
  expect(answers.map(({ $typeName, ...rest }) => [$typeName, rest])).toEqual(
    Array(4).fill(["skein.identity.v1.RequestPasswordResetResponse", {}]),
  );
  const counts = ["Bob@Example.test", "sue@example.test", "left@example.test", "whoever@example.test"];
  expect(await Promise.all(counts.map(async (to) => (await lettersTo(mesh, to)).length))).toEqual([1, 1, 0, 0]);
});
