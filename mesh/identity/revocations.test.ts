import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { expect, test } from "vitest";
import { RevocationSchema } from "#gen/skein/identity/v1/session_service_pb.ts";
import { createRevocations } from "./revocations.ts";

const at = (seconds: number) => new Date(1_700_000_000_000 + seconds * 1000);
const actor = (sessionId: string, issued: number) => ({
  accountId: "ann",
  sessionId,
  roles: [],
  suspended: false,
  issuedAt: at(issued),
  expiresAt: at(issued + 900),
});
const revocation = (subject: { case: "sessionId" | "accountId"; value: string }, keptSessionId = "") =>
  create(RevocationSchema, {
    position: 1n,
    subject,
    keptSessionId,
    revokedAt: timestampFromDate(at(10)),
    expiresAt: timestampFromDate(at(1000)),
  });

test("an ended session is ended, whenever its token was issued", () => {
  const set = createRevocations();
  set.add([revocation({ case: "sessionId", value: "s1" })]);
  expect(set.revoked(actor("s1", 20))).toBe(true);
  expect(set.revoked(actor("s2", 5))).toBe(false);
});

test("an account that was signed out everywhere keeps what it signed into later, and the session it spared", () => {
  const set = createRevocations();
  set.add([revocation({ case: "accountId", value: "ann" }, "spared")]);
  expect(set.revoked(actor("s1", 5))).toBe(true);
  expect(set.revoked(actor("s1", 10))).toBe(true);
  expect(set.revoked(actor("s1", 11))).toBe(false);
  expect(set.revoked(actor("spared", 5))).toBe(false);
});

test("a token that names no session ends with its account even where no session was spared", () => {
  const set = createRevocations();
  set.add([revocation({ case: "accountId", value: "ann" })]);
  expect(set.revoked(actor("", 5))).toBe(true);
  expect(set.revoked(actor("", 11))).toBe(false);
});

test("what no living token can concern is forgotten", () => {
  const set = createRevocations();
  set.add([revocation({ case: "sessionId", value: "s1" }), revocation({ case: "accountId", value: "ann" })]);
  set.prune(at(999));
  expect(set.size).toBe(2);
  set.prune(at(1001));
  expect(set.size).toBe(0);
});
