import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { Audience } from "#gen/skein/common/v1/visibility_pb.ts";
import { PostCardSchema } from "#gen/skein/content/v1/post_pb.ts";
import { type Relations, SELF } from "../view/relations.ts";
import { addressees, mayRead } from "./mentioned.ts";

const { facts } = SELF;
const relations: Relations = (id) => ({
  ...SELF,
  facts: facts && { ...facts, self: id === "ann", followedBy: id === "fan" },
});
const card = (audience: Audience, ...named: string[]) =>
  create(PostCardSchema, {
    ...{ authorId: "ann", audience, mentionedIds: named },
    facets: named.map((accountId) => ({ feature: { case: "mention" as const, value: { accountId } } })),
  });

test.each<[Audience, string[]]>([
  [Audience.PUBLIC, ["fan", "bob"]],
  [Audience.FOLLOWERS, ["fan"]],
  [Audience.MENTIONED, ["fan", "bob"]],
  [Audience.PRIVATE, []],
])("of those that a post with audience %i names, %j are told", (audience, told) => {
  expect(mayRead(card(audience, "fan", "bob", "ann", "bob"), relations)).toEqual(told);
});

test("who was named before is not told again", () => {
  const [before, after] = [card(Audience.PUBLIC, "fan"), card(Audience.PUBLIC, "fan", "bob")];
  expect(mayRead(after, relations, before)).toEqual(["bob"]);
});

test("a reply to the chosen few is addressed to whom it answers, others are to whom they name", () => {
  const about = { authorId: "ann", audience: Audience.MENTIONED, parentAuthorId: "bob" };
  expect(addressees(["fan"], about)).toEqual(["fan", "bob"]);
  expect(addressees(["bob"], about)).toEqual(["bob"]);
  expect(addressees([], { ...about, parentAuthorId: "ann" })).toEqual([]);
  expect(addressees(["fan"], { ...about, audience: Audience.PUBLIC })).toEqual(["fan"]);
});
