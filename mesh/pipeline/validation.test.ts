import { create } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import { expect, test } from "vitest";
import {
  BatchGetProfilesRequestSchema,
  RegisterAccountRequestSchema,
  UpdateProfileRequestSchema,
} from "#gen/skein/identity/v1/identity_service_pb.ts";
import { RevocationSchema } from "#gen/skein/identity/v1/session_service_pb.ts";
import type { ExpectedFailure } from "../failure.ts";
import { validate } from "./validation.ts";

const refused = (act: () => void) => {
  try {
    act();
  } catch (error) {
    return error;
  }
  return undefined;
};

test("every broken rule is named with its field", () => {
  const request = create(RegisterAccountRequestSchema, { handle: "a b", email: "nobody", password: "short" });
  const error = refused(() => validate(RegisterAccountRequestSchema, request));
  expect(error).toMatchObject({ code: Code.InvalidArgument, reason: "INVALID_REQUEST" });
  expect(Object.keys((error as { more: { fields: object } }).more.fields)).toEqual(["handle", "email", "password"]);
});

test("of very many broken rules the first are told, and how many more there are", () => {
  const request = create(BatchGetProfilesRequestSchema, { accountIds: Array(15_000).fill("x") });
  const error = refused(() => validate(BatchGetProfilesRequestSchema, request)) as ExpectedFailure;
  expect(error.message).toMatch(/^account_ids: .*, and 15000 more$/);
  expect(Object.keys(error.more.fields ?? {})).toHaveLength(20);
  expect(error.more.details).toMatchObject([{ value: { violations: { length: 20 } } }]);
});

test("a NUL is refused wherever it hides", () => {
  const nested = create(UpdateProfileRequestSchema, { change: { bio: "a\0b" } });
  expect(refused(() => validate(UpdateProfileRequestSchema, nested))).toMatchObject({
    more: { fields: { "change.bio": "holds a NUL character" } },
  });
  const listed = create(UpdateProfileRequestSchema, { change: {}, updateMask: { paths: ["bio", "\0"] } });
  expect(refused(() => validate(UpdateProfileRequestSchema, listed))).toMatchObject({ reason: "INVALID_REQUEST" });
  const chosen = create(RevocationSchema, { subject: { case: "sessionId", value: "\0" } });
  expect(refused(() => validate(RevocationSchema, chosen))).toMatchObject({ reason: "INVALID_REQUEST" });
  expect(
    refused(() =>
      validate(UpdateProfileRequestSchema, create(UpdateProfileRequestSchema, { change: { bio: "fine" } })),
    ),
  ).toBeUndefined();
});
