import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { UpdateProfileRequestSchema } from "#gen/skein/identity/v1/identity_service_pb.ts";
import type { AccountRow } from "../store/accounts.ts";
import { differenceOf } from "./profile-change.ts";
import { tidy, tidyLine } from "./tidy.ts";

const NOW = new Date("2026-11-21T12:00:00Z");

const row: AccountRow = {
  ...{ id: "a", handle: "ann", display_name: "Ann", bio: "hi", avatar_media_id: "0a", state: "ACTIVE", version: "1" },
  ...{ created_at: "", roles: [], handle_changed_at: null, deactivated_at: null, email: "", email_verified_at: null },
  ...{ legal_name: "Ann Lee", birth_date: "1990-01-01", totp_confirmed_at: null, erasure_at: null },
} as const;

const difference = (request: MessageInitShape<typeof UpdateProfileRequestSchema>) =>
  differenceOf(row, create(UpdateProfileRequestSchema, request), NOW);

test.each([
  ["nothing is asked", { change: {} }, {}, {}],
  ["equal is no difference", { change: { bio: "hi", legalName: "Ann Lee", avatarMediaId: "0A" } }, {}, {}],
  [
    "set fields count without a mask",
    { change: { bio: "yo", birthDate: "1990-01-02" } },
    { bio: "yo" },
    { birth_date: "1990-01-02" },
  ],
  ["an empty mask is none", { change: { bio: "yo" }, updateMask: { paths: [] } }, { bio: "yo" }, {}],
  [
    "a mask leaves out what it does not name",
    { change: { bio: "yo", displayName: "B" }, updateMask: { paths: ["display_name"] } },
    { display_name: "B" },
    {},
  ],
  [
    "what is named and not set is cleared",
    { change: {}, updateMask: { paths: ["bio", "avatar_media_id", "legal_name", "birth_date", "bio"] } },
    { bio: "", avatar_media_id: null },
    { legal_name: "", birth_date: "" },
  ],
  [
    "a cleared display name is the handle",
    { change: {}, updateMask: { paths: ["display_name"] } },
    { display_name: "ann" },
    {},
  ],
  ["so is one of nothing but space", { change: { displayName: " \t\n" } }, { display_name: "ann" }, {}],
])("%s", (_, request, open, personal) => {
  expect(difference(request)).toEqual({ public: open, personal });
});

test.each(["2001-02-29", "2000-04-31", "2026-11-22", "0000-00-00"])("nobody was born on %s", (birthDate) => {
  expect(() => difference({ change: { birthDate } })).toThrow(expect.objectContaining({ reason: "INVALID_REQUEST" }));
});

test("leap days are days", () => {
  expect(difference({ change: { birthDate: "2000-02-29" } }).personal).toEqual({ birth_date: "2000-02-29" });
});

test("texts are kept composed, without control characters and outer space", () => {
  expect(tidy(" a\u0000b\u001b[0m\r\n\tc\u0085 ")).toBe("ab[0m\n\tc");
  expect(tidy("e\u0301")).toBe("\u00e9");
  expect(tidyLine(" a \n b\u00a0\u2003c ")).toBe("a b c");
});
