import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { RelationSchema, Relation_Standing as Standing } from "#gen/skein/common/v1/visibility_pb.ts";
import { Circle } from "#gen/skein/graph/v1/privacy_pb.ts";
import { admits, type CircleName, changed, OPEN_TO_ALL, type PrivacyChange, settingsOf } from "./privacy.ts";

const { ACTIVE, HIDDEN } = Standing;

test.each<[string, object, Record<CircleName, boolean>]>([
  ["the owner", { self: true, standing: HIDDEN }, { EVERYONE: true, FOLLOWED: true, NOBODY: true }],
  ["whom the owner follows", { followedBy: true }, { EVERYONE: true, FOLLOWED: true, NOBODY: false }],
  ["who follows the owner", { following: true }, { EVERYONE: true, FOLLOWED: false, NOBODY: false }],
  ["a stranger", {}, { EVERYONE: true, FOLLOWED: false, NOBODY: false }],
  ["whom the owner blocks", { blockedBy: true }, { EVERYONE: false, FOLLOWED: false, NOBODY: false }],
  ["who blocks the owner", { blocking: true }, { EVERYONE: false, FOLLOWED: false, NOBODY: false }],
  ["anybody while the owner is hidden", { standing: HIDDEN }, { EVERYONE: false, FOLLOWED: false, NOBODY: false }],
])("circles and %s", (_, facts, expected) => {
  const relation = create(RelationSchema, { standing: ACTIVE, ...facts });
  for (const name of ["EVERYONE", "FOLLOWED", "NOBODY"] as const) expect(admits(name, relation)).toBe(expected[name]);
});

test.each<[PrivacyChange, object]>([
  [{ locked: true }, { locked: true }],
  [{ discoverable: false }, { discoverable: false }],
  [{ whoMayMention: Circle.FOLLOWED }, { whoMayMention: "FOLLOWED" }],
  [{ whoMayReply: Circle.NOBODY, locked: false }, { whoMayReply: "NOBODY" }],
])("a change of %o sets that and nothing else", (change, expected) => {
  expect(changed(OPEN_TO_ALL, change)).toEqual({ ...OPEN_TO_ALL, ...expected });
});

test("what changes nothing is the very same", () => {
  expect(changed(OPEN_TO_ALL, {})).toBe(OPEN_TO_ALL);
  expect(changed(OPEN_TO_ALL, { locked: false, whoMayReply: Circle.EVERYONE })).toBe(OPEN_TO_ALL);
});

test("settings carry their circles and their version", () => {
  expect(settingsOf({ ...OPEN_TO_ALL, whoMayMention: "FOLLOWED" }, 4n)).toEqual({
    ...{ locked: false, discoverable: true, version: 4n, whoMayMention: Circle.FOLLOWED, whoMayReply: Circle.EVERYONE },
  });
});
