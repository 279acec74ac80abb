import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { Audience } from "#gen/skein/common/v1/visibility_pb.ts";
import { PostCardSchema } from "#gen/skein/content/v1/post_pb.ts";
import { EditPostRequestSchema, PostChangeSchema } from "#gen/skein/content/v1/post_service_pb.ts";
import { findFacets, meaningOf } from "./facets.ts";
import { changeCard, changedFields } from "./post-change.ts";

const base: MessageInitShape<typeof PostCardSchema> = {
  ...{ id: "p", authorId: "ann", text: "old #tag @bob", audience: Audience.PUBLIC, version: 3n, language: "en" },
  ...{ mentionedIds: ["bob"], hashtags: ["tag"], media: [{ mediaId: "m", altText: "a cat" }] },
};
const former = create(PostCardSchema, base);
const now = new Date("2026-11-24T12:00:00Z");

function change(wish: MessageInitShape<typeof PostChangeSchema>, paths?: string[], card = former) {
  const request = create(EditPostRequestSchema, { change: wish, ...(paths && { updateMask: { paths } }) });
  const text = wish.text ?? "";
  const meaning = meaningOf(findFacets(text), new Map([["cid", "cid"]]), { mostTags: 9 });
  return changeCard(card, {
    fields: changedFields(request),
    change: create(PostChangeSchema, wish),
    text,
    meaning,
    now,
  });
}

test("without a mask what is set changes, and its meaning with it; the rest stays", () => {
  const card = change({ text: "new #other @cid" });
  expect(card).toMatchObject({ text: "new #other @cid", hashtags: ["other"], mentionedIds: ["cid"], version: 4n });
  expect(card).toMatchObject({ language: "en", media: former.media, authorId: "ann" });
  expect(card?.editedAt).toBeDefined();
  expect(former).toMatchObject({ text: "old #tag @bob", version: 3n });
});

test("a mask names what changes, emptying included", () => {
  expect(change({ text: "ignored", language: "" }, ["language"])).toMatchObject({ text: former.text, language: "" });
  expect(change({}, ["text"])).toMatchObject({ text: "", mentionedIds: [], hashtags: [], facets: [] });
  expect(change({ contentWarning: " a \n b " }, ["content_warning"])).toMatchObject({ contentWarning: "a b" });
});

test("what is equal is no change", () => {
  expect(change({})).toBeUndefined();
  expect(change({ language: "en", media: [{ mediaId: "M", altText: " a cat" }] })).toBeUndefined();
});

test("fields that a post does not have, or that cannot change, are refused by name", () => {
  for (const path of ["audience", "quote", "toString"])
    expect(() => change({}, [path])).toThrow(expect.objectContaining({ reason: "UNKNOWN_FIELD" }));
});

test("a change cannot leave a post empty", () => {
  expect(() => change({}, ["text", "media"])).toThrow(expect.objectContaining({ reason: "EMPTY_POST" }));
  const poll = create(PostCardSchema, { ...base, poll: { options: ["a", "b"] } });
  expect(change({}, ["text", "media"], poll)).toMatchObject({ text: "", media: [] });
});

test("a reply to the chosen few goes on reaching whom it answers", () => {
  const reply = { rootId: "r", parentId: "r", parentAuthorId: "dan" };
  const few = create(PostCardSchema, { ...base, audience: Audience.MENTIONED, reply, mentionedIds: ["dan", "bob"] });
  expect(change({ text: "only @cid" }, undefined, few)?.mentionedIds.toSorted()).toEqual(["cid", "dan"]);
});
