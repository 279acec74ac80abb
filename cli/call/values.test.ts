import { fromJson, toJson } from "@bufbuild/protobuf";
import { TimestampSchema } from "@bufbuild/protobuf/wkt";
import { describe, expect, test } from "vitest";
import { RetryInfoSchema } from "#gen/google/rpc/error_details_pb.ts";
import { HealthCheckResponseSchema } from "#gen/grpc/health/v1/health_pb.ts";
import { FailureSchema } from "#gen/skein/common/v1/failure_pb.ts";
import {
  BatchGetProfilesRequestSchema,
  GrantRoleRequestSchema,
  SearchProfilesRequestSchema,
  UpdateProfileRequestSchema,
} from "#gen/skein/identity/v1/identity_service_pb.ts";
import { TokensSchema } from "#gen/skein/identity/v1/tokens_pb.ts";
import { MethodOptionsSchema } from "#gen/skein/options/v1/options_pb.ts";
import { withWords } from "./values.ts";

describe("words become what the contract says", () => {
  test.each([
    [SearchProfilesRequestSchema, ["query=a b=c", "page_size=2"], { query: "a b=c", pageSize: 2 }],
    [SearchProfilesRequestSchema, ["pageSize=-3", "query="], { pageSize: -3 }],
    [BatchGetProfilesRequestSchema, ["account_ids=a", "account_ids=b"], { accountIds: ["a", "b"] }],
    [BatchGetProfilesRequestSchema, ['account_ids=["a","b"]', "account_ids=c"], { accountIds: ["a", "b", "c"] }],
    [
      UpdateProfileRequestSchema,
      ["change.bio=hi", "change.display_name=Al", "update_mask=bio,display_name"],
      { change: { bio: "hi", displayName: "Al" }, updateMask: "bio,displayName" },
    ],
    [
      UpdateProfileRequestSchema,
      ['change={"bio":"hi"}', "validate_only=true"],
      { change: { bio: "hi" }, validateOnly: true },
    ],
    [GrantRoleRequestSchema, ["role=ROLE_ADMIN"], { role: "ROLE_ADMIN" }],
    [GrantRoleRequestSchema, ["role=moderator"], { role: "ROLE_MODERATOR" }],
    [GrantRoleRequestSchema, ["role=3"], { role: "ROLE_ADMIN" }],
    [FailureSchema, ["facts.limit=3", "facts.a.b=c", "reason=X"], { facts: { limit: "3", "a.b": "c" }, reason: "X" }],
    [TokensSchema, ["access_expires_at=2026-01-31T12:00:00Z"], { accessExpiresAt: "2026-01-31T12:00:00Z" }],
    [RetryInfoSchema, ["retry_delay=1.5s"], { retryDelay: "1.500s" }],
    [
      MethodOptionsSchema,
      ["budget.sql=2", "budget.rpc=1", "roles=ADMIN", "roles=ROLE_USER"],
      { budget: { sql: 2, rpc: 1 }, roles: ["ROLE_ADMIN", "ROLE_USER"] },
    ],
    [HealthCheckResponseSchema, ["status=serving"], { status: "SERVING" }],
  ] as const)("%s %j", (schema, words, wanted) => {
    const json = withWords(schema, {}, words);
    expect(toJson(schema, fromJson(schema, json))).toEqual(wanted);
  });

  test("and go on top of given data, by either name of a field", () => {
    const json = withWords(
      UpdateProfileRequestSchema,
      { change: { displayName: "Al", bio: "old" }, update_mask: "bio" },
      ["change.bio=new"],
    );
    expect(json).toEqual({ change: { displayName: "Al", bio: "new" }, update_mask: "bio" });
  });

  test("whole numbers of 64 bits lose nothing", () => {
    expect(withWords(TimestampSchema, {}, ["seconds=9007199254740993"])).toEqual({ seconds: "9007199254740993" });
  });
});

test.each([
  [SearchProfilesRequestSchema, "page_size=many", 'page_size: "many" is no whole number'],
  [SearchProfilesRequestSchema, "query", '"query" is no field'],
  [SearchProfilesRequestSchema, "quary=x", 'quary: SearchProfilesRequest has no field "quary"'],
  [SearchProfilesRequestSchema, "query.deep=x", "query.deep: query holds no fields of its own"],
  [UpdateProfileRequestSchema, "validate_only=yes", 'validate_only: "yes" is neither true nor false'],
  [UpdateProfileRequestSchema, "change=hello", 'change: "hello" is no JSON, and a message is wanted'],
  [UpdateProfileRequestSchema, "change.boi=x", 'change.boi: ProfileChange has no field "boi"'],
  [GrantRoleRequestSchema, "role=KING", "role: there is no KING"],
] as const)("what does not fit %s is refused: %s", (schema, word, words) => {
  expect(() => withWords(schema, {}, [word])).toThrow(expect.objectContaining({ message: words, exit: 2 }));
});
