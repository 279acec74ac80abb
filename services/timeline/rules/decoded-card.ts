import { fromBinary } from "@bufbuild/protobuf";
import { type PostCard, PostCardSchema } from "#gen/skein/content/v1/post_pb.ts";
import type { Card } from "../view/shapes.ts";

// A card in memory is shared by all who read it, so it is read out once for all filters it is held against.
const decoded = new WeakMap<Card, PostCard>();

/** The whole message of a card: only filters need it. */
export function decodedCard(card: Card): PostCard {
  let message = decoded.get(card);
  if (!message) {
    message = fromBinary(PostCardSchema, card.bytes);
    decoded.set(card, message);
  }
  return message;
}
