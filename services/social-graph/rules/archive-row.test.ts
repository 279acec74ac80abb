import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { expect, test } from "vitest";
import { Relation_MuteScope as MuteScope } from "#gen/skein/common/v1/visibility_pb.ts";
import { GraphRowSchema } from "#gen/skein/graph/v1/archive_pb.ts";
import { wishOf } from "./archive-row.ts";

const now = new Date("2026-11-21T12:00:00Z");
const then = new Date("2025-01-02T03:04:05.678Z");
const at = timestampFromDate(then);
const ID = "01a1fdc8-6192-7493-8013-2e5894c66442";

type Init = MessageInitShape<typeof GraphRowSchema>;
const read = (init: Init) => wishOf(create(GraphRowSchema, init), now);
const follow = (value: object = {}): Init["kind"] => ({ case: "follow", value });
const mute = (value: object = {}): Init["kind"] => ({ case: "mute", value });
const list = (value: object): Init["kind"] => ({ case: "list", value });
const plain = { hideReposts: false, notifyOnPost: false, hideFromHome: false };

test.each<[string, Init, object]>([
  [
    "a follow by id, as it was",
    { accountId: ID.toUpperCase(), handle: "Ann", kind: follow({ followedAt: at, hideReposts: true }) },
    { kind: "follow", accountId: ID, handle: "ann", at: then, ...plain, hideReposts: true },
  ],
  [
    "a follow by handle, of which nothing else is known, begins now",
    { handle: " @Ann_B ", kind: follow() },
    { kind: "follow", accountId: "", handle: "ann_b", at: now, ...plain },
  ],
  [
    "nothing begins in the future",
    { accountId: ID, kind: { case: "block", value: { blockedAt: timestampFromDate(new Date("2030-01-01")) } } },
    { kind: "block", accountId: ID, handle: "", at: now },
  ],
  [
    "an id from elsewhere is none, if there is a handle",
    { accountId: "https://example.test/users/7", handle: "ann", kind: follow() },
    { kind: "follow", accountId: "", handle: "ann", at: now, ...plain },
  ],
  [
    "what cannot be a handle is none, if there is an id",
    { accountId: ID, handle: "ann@example.test", kind: follow() },
    { kind: "follow", accountId: ID, handle: "", at: now, ...plain },
  ],
  [
    "a mute without scopes is of home and notifications",
    { accountId: ID, kind: mute({ expiresAt: timestampFromDate(new Date("2027-01-01")) }) },
    {
      ...{ kind: "mute", accountId: ID, handle: "", at: now },
      ...{ scopes: ["HOME", "NOTIFICATIONS"], expiresAt: new Date("2027-01-01") },
    },
  ],
  [
    "a list without anybody",
    { kind: list({ title: " Friends ", exclusive: true }) },
    { kind: "list", accountId: "", handle: "", at: now, title: "Friends", exclusive: true, hideReposts: false },
  ],
])("%s", (_, init, wish) => {
  expect(read(init)).toEqual(wish);
});

test.each<[string, Init, string]>([
  ["a row without a kind", { accountId: ID }, "ROW_INVALID"],
  ["a row about nobody", { kind: follow() }, "ROW_INVALID"],
  ["an id from elsewhere alone", { accountId: "7", kind: follow() }, "ROW_INVALID"],
  ["a list member from elsewhere alone", { accountId: "7", kind: list({ title: "x" }) }, "ROW_INVALID"],
  ["a handle that nobody can have", { handle: "a\0b", kind: follow() }, "ROW_INVALID"],
  ["a moment before all time", { accountId: ID, kind: follow({ followedAt: { seconds: -1n } }) }, "ROW_INVALID"],
  ["a moment beyond all time", { accountId: ID, kind: follow({ followedAt: { seconds: 1n << 60n } }) }, "ROW_INVALID"],
  ["a mute of an unknown kind", { accountId: ID, kind: mute({ scopes: [99] }) }, "ROW_INVALID"],
  ["a mute of no kind", { accountId: ID, kind: mute({ scopes: [MuteScope.UNSPECIFIED] }) }, "ROW_INVALID"],
  ["an end beyond all time", { accountId: ID, kind: mute({ expiresAt: { seconds: 1n << 60n } }) }, "ROW_INVALID"],
  ["a mute that is over", { accountId: ID, kind: mute({ expiresAt: at }) }, "EXPIRY_PAST"],
  ["a list without a title", { accountId: ID, kind: list({ title: "  " }) }, "ROW_INVALID"],
  ["a list with half a novel for a title", { kind: list({ title: "x".repeat(61) }) }, "ROW_INVALID"],
  ["a title that no database can hold", { kind: list({ title: "a\0b" }) }, "ROW_INVALID"],
])("%s is refused", (_, init, reason) => {
  expect(read(init)).toBe(reason);
});
