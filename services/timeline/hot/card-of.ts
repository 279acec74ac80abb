import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { timestampDate, timestampFromDate } from "@bufbuild/protobuf/wkt";
import { Circle, type PostCard, PostCardSchema } from "#gen/skein/content/v1/post_pb.ts";
import type { Card, Entry } from "../view/shapes.ts";
import { Consent, State } from "./layout.ts";

/** How a card is to be read: whether it is only a tombstone, and whether it shows what it quotes. */
export interface Reading {
  readonly state: State;
  readonly consent: Consent;
}

const WITHHELD = { [Consent.SHOWN]: undefined, [Consent.PENDING]: "PENDING", [Consent.WITHHELD]: "WITHHELD" } as const;

/** What rules need of a card. */
export function cardOf(bytes: Uint8Array, { state, consent }: Reading): Card {
  const card = fromBinary(PostCardSchema, bytes);
  const { reply, quoted, policy } = card;
  return {
    postId: card.id,
    authorId: card.authorId,
    version: card.version,
    deleted: state !== State.PUBLISHED,
    audience: card.audience,
    createdMs: card.createdAt ? timestampDate(card.createdAt).getTime() : 0,
    parentId: reply?.parentId,
    parentAuthorId: reply?.parentAuthorId,
    quotedId: quoted?.postId,
    quotedAuthorId: quoted?.authorId,
    quoteWithheld: quoted && WITHHELD[consent],
    mentioned: card.mentionedIds,
    language: card.language,
    hasMedia: card.media.length > 0,
    mayReply: policy?.reply || Circle.EVERYONE,
    mayQuote: policy?.quote || Circle.EVERYONE,
    bytes,
  };
}

/** What is left of a deleted post's card. */
export const tombstone = (
  of: Pick<PostCard, "id" | "authorId" | "version" | "audience"> & { createdAt: Date },
): Buffer => {
  const { id, authorId, version, audience, createdAt } = of;
  const stub = create(PostCardSchema, { id, authorId, version, audience, createdAt: timestampFromDate(createdAt) });
  return Buffer.from(toBinary(PostCardSchema, stub));
};

/** A post's own place in a timeline. */
export const entryOf = ({ postId, authorId, createdMs }: Card): Entry => ({
  ...{ id: postId, share: false, postId, actorId: authorId, atMs: createdMs },
});
