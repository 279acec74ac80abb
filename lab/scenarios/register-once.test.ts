import { describe, expect, test } from "vitest";
import { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import { untilAnswered } from "./patient.ts";
import { bearer, shapes, startTown, type Town } from "./shapes.ts";

const password = "correct horse battery";
const request = { handle: "carol", email: "carol@example.com", password, idempotencyKey: "the same attempt" };

describe.each(shapes)("%s", (shape) => {
  test("a hundred registrations with one key make one account, also when the service dies in the middle", async () => {
    await using town = await startTown(shape);
    const accounts = town.client(IdentityService);
    const attempts = Array.from({ length: 100 }, () => untilAnswered(() => accounts.registerAccount(request)));
    await town.crash("identity");
    const answers = await Promise.all(attempts);

    expect(new Set(answers.map(({ account }) => account?.profile?.accountId)).size).toBe(1);
    const who = await Promise.all(answers.map(({ tokens }) => accounts.getMe({}, bearer(tokens))));
    expect(new Set(who.map(({ account }) => account?.profile?.handle))).toEqual(new Set(["carol"]));
    await using database = await town.look("identity");
    expect((await database.query("select 1 from account")).rowCount).toBe(1);
    expect(
      (await database.query("select 1 from log where type = 'skein.identity.v1.AccountRegistered'")).rowCount,
    ).toBe(1);
    await nothingSecretKept(database, answers);
  });
});

async function nothingSecretKept(
  database: Awaited<ReturnType<Town["look"]>>,
  answers: readonly { tokens?: { accessToken: string; refreshToken: string } | undefined }[],
) {
  const kept = (
    await database.query(
      "select scope, method, key, encode(fingerprint, 'escape') as f, subject, encode(answer, 'escape') as a from replay",
    )
  ).rows;
  expect(kept).toHaveLength(1);
  const text = JSON.stringify(kept);
  for (const { tokens } of answers) {
    expect(text).not.toContain(tokens?.accessToken);
    expect(text).not.toContain(tokens?.refreshToken);
  }
  expect(text).not.toContain(password);
  expect(text).not.toContain("$argon2");
}
