import { expect, test } from "vitest";
import { Audience, Relation_Standing as Standing } from "#gen/skein/common/v1/visibility_pb.ts";
import { Surface } from "#gen/skein/options/v1/options_pb.ts";
import { AbsenceRule as Rule } from "#gen/skein/timeline/v1/timeline_pb.ts";
import { decidePost } from "#mesh/visibility.ts";
import type { Between } from "../view/shapes.ts";
import { toldOfHidden } from "./told-absence.ts";

const nobody: Between = {
  ...{ self: false, standing: Standing.ACTIVE, blocking: false, blockedBy: false, muted: [], following: false },
  ...{ followedBy: false, locked: false, hiddenFromHome: false, repostsHidden: false },
};
const told = (facts: Partial<Between>, audience: Audience = Audience.PUBLIC, deleted = false) => {
  const between = { ...nobody, ...facts };
  const judgement = decidePost(Surface.PROFILE, between, { audience, mentioned: false });
  return toldOfHidden(judgement, { audience, deleted }, between);
};

test.each<[string, Rule | undefined, Rule | undefined]>([
  ["a post that may be seen", told({}), undefined],
  ["one for followers, to a follower", told({ following: true }, Audience.FOLLOWERS), undefined],
  ["one for followers, to a stranger", told({}, Audience.FOLLOWERS), Rule.NOT_FOUND],
  ["a private one", told({ following: true }, Audience.PRIVATE), Rule.NOT_FOUND],
  ["a locked account's", told({ locked: true }), Rule.NOT_FOUND],
  ["of whoever blocks the viewer", told({ blockedBy: true }), Rule.NOT_FOUND],
  ["of whom the viewer blocks", told({ blocking: true }), Rule.BLOCKED],
  ["of whom the viewer blocks, and who blocks back", told({ blocking: true, blockedBy: true }), Rule.NOT_FOUND],
  ["a private one of whom the viewer blocks", told({ blocking: true }, Audience.PRIVATE), Rule.NOT_FOUND],
  ["a locked one of whom the viewer blocks", told({ blocking: true, locked: true }), Rule.NOT_FOUND],
  ["a deleted one of whom the viewer blocks", told({ blocking: true }, Audience.PUBLIC, true), Rule.NOT_FOUND],
  ["of a suspended account, to a follower", told({ standing: Standing.SUSPENDED, following: true }), Rule.NOT_FOUND],
  ["of a hidden account, to a stranger", told({ standing: Standing.HIDDEN }), Rule.NOT_FOUND],
  ["of an account nobody has heard of", told({ standing: Standing.UNSPECIFIED, following: true }), Rule.NOT_FOUND],
])("of %s", (_, rule, expected) => {
  expect(rule).toBe(expected);
});

test("of whom nothing current is known nothing is told", () => {
  const judgement = decidePost(Surface.PROFILE, undefined, { audience: Audience.PUBLIC, mentioned: false });
  expect(toldOfHidden(judgement, { audience: Audience.PUBLIC, deleted: false }, undefined)).toBe(Rule.NOT_FOUND);
});
