import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { Audience } from "#gen/skein/common/v1/visibility_pb.ts";
import { PostPublishedSchema } from "#gen/skein/content/v1/content_events_pb.ts";
import type { PostCardSchema } from "#gen/skein/content/v1/post_pb.ts";
import { AccountFollowedSchema } from "#gen/skein/graph/v1/graph_events_pb.ts";
import { AccountRegisteredSchema } from "#gen/skein/identity/v1/identity_events_pb.ts";
import type { TimelineMesh } from "./start.ts";

/** Registers accounts and returns their ids by handle. */
export async function people<H extends string>(mesh: TimelineMesh, ...handles: H[]): Promise<Record<H, string>> {
  const made = handles.map((handle) => ({ handle, accountId: mesh.timeline.ids.next() }));
  await mesh.announce(
    AccountRegisteredSchema,
    ...made.map(({ handle, accountId }) => ({
      accountId,
      profile: { accountId, handle, displayName: handle, version: 1n },
    })),
  );
  return Object.fromEntries(made.map(({ handle, accountId }) => [handle, accountId])) as Record<H, string>;
}

/** One follows the other. */
export const follow = (mesh: TimelineMesh, followerId: string, followeeId: string): Promise<void> =>
  mesh.announce(AccountFollowedSchema, {
    followerId,
    followeeId,
    followedAt: timestampFromDate(mesh.clock.now()),
  });

/** Publishes a post, public unless said otherwise, and returns its id. */
export async function post(
  mesh: TimelineMesh,
  authorId: string,
  text: string,
  more: Omit<Exclude<MessageInitShape<typeof PostCardSchema>, { $typeName: string }>, "$typeName"> = {},
): Promise<string> {
  const published = publication(mesh, authorId, text, more);
  await mesh.announce(PostPublishedSchema, published);
  return published.postId;
}

/** Publishes several posts of one author at once; their ids, oldest first. */
export async function posts(mesh: TimelineMesh, authorId: string, count: number): Promise<string[]> {
  const published = Array.from({ length: count }, (_, n) => publication(mesh, authorId, `${n}`, {}));
  await mesh.announce(PostPublishedSchema, ...published);
  return published.map(({ postId }) => postId);
}

type MoreOfCard = Parameters<typeof post>[3];

function publication(mesh: TimelineMesh, authorId: string, text: string, more: MoreOfCard) {
  const postId = mesh.timeline.ids.next();
  const card = {
    ...{ id: postId, authorId, text, audience: Audience.PUBLIC, version: 1n },
    createdAt: timestampFromDate(mesh.clock.now()),
    ...more,
  };
  return { authorId, postId, card };
}
