import { expect, test } from "vitest";
import { Relation_MuteScope as MuteScope, Relation_Standing as Standing } from "#gen/skein/common/v1/visibility_pb.ts";
import { type Between, relationOf, shownTo } from "./relation.ts";

const STRANGERS: Between = {
  ...{ accountId: "b", viewerId: "a", state: "ACTIVE", blocking: false, blockedBy: false, muted: [], locked: false },
  ...{ follows: null, followedBy: null },
};
const BOTH_WAYS: Partial<Between> = {
  follows: { state: "ACTIVE", hideReposts: true, hideFromHome: true },
  followedBy: "ACTIVE",
};
const NOTHING = { following: false, followedBy: false, hiddenFromHome: false, repostsHidden: false };

test.each<[string, Partial<Between>, object]>([
  ["strangers", {}, { self: false, standing: Standing.ACTIVE, ...NOTHING, muted: [] }],
  ["oneself", { viewerId: "b" }, { self: true }],
  ["nobody asking", { viewerId: undefined }, { self: false }],
  ["friends", BOTH_WAYS, { following: true, followedBy: true, hiddenFromHome: true, repostsHidden: true }],
  ["whom one blocks", { ...BOTH_WAYS, blocking: true }, { ...NOTHING, blocking: true }],
  ["who blocks one", { ...BOTH_WAYS, blockedBy: true }, { ...NOTHING, blockedBy: true }],
  [
    "requests both ways",
    { follows: { state: "PENDING", hideReposts: true, hideFromHome: true }, followedBy: "PENDING" },
    NOTHING,
  ],
  ["a locked one", { locked: true }, { locked: true }],
  ["somebody hidden", { state: "HIDDEN" }, { standing: Standing.HIDDEN }],
  ["somebody suspended", { state: "SUSPENDED" }, { standing: Standing.SUSPENDED }],
  ["nobody we know", { state: null }, { standing: Standing.UNSPECIFIED }],
  ["somebody muted", { muted: ["REPOSTS", "HOME"] }, { muted: [MuteScope.REPOSTS, MuteScope.HOME] }],
])("the facts about %s", (_, change, facts) => {
  expect(relationOf({ ...STRANGERS, ...change })).toMatchObject({ accountId: "b", ...facts });
});

test("a viewer is never told who blocks them", () => {
  const relation = relationOf({ ...STRANGERS, blocking: true, blockedBy: true });
  expect(shownTo(relation)).toMatchObject({ blocking: true, blockedBy: false });
  expect(relation.blockedBy).toBe(true);
});
