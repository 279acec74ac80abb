import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { Relation_MuteScope as MuteScope } from "#gen/skein/common/v1/visibility_pb.ts";
import { PostDeletedSchema, PostLikedSchema, PostSharedSchema } from "#gen/skein/content/v1/content_events_pb.ts";
import {
  AccountBlockedSchema,
  AccountMutedSchema,
  ListChangedSchema,
  PrivacySettingsChangedSchema,
} from "#gen/skein/graph/v1/graph_events_pb.ts";
import type { TimelineMesh } from "./start.ts";

/** Accounts like a post. */
export const like = (mesh: TimelineMesh, postId: string, authorId: string, ...likers: string[]): Promise<void> =>
  mesh.announce(PostLikedSchema, ...likers.map((likerId) => ({ likerId, postId, authorId })));

/** An account shares a post; returns the share's id. */
export async function share(mesh: TimelineMesh, sharerId: string, postId: string, authorId: string): Promise<string> {
  const shareId = mesh.timeline.ids.next();
  const sharedAt = timestampFromDate(mesh.clock.now());
  await mesh.announce(PostSharedSchema, { sharerId, postId, authorId, shareId, sharedAt });
  return shareId;
}

/** An author deletes a post. */
export const unpost = (mesh: TimelineMesh, authorId: string, postId: string): Promise<void> =>
  mesh.announce(PostDeletedSchema, { authorId, postId, version: 2n, deletedAt: timestampFromDate(mesh.clock.now()) });

/** One blocks the other. */
export const block = (mesh: TimelineMesh, blockerId: string, blockedId: string): Promise<void> =>
  mesh.announce(AccountBlockedSchema, { blockerId, blockedId, blockedAt: timestampFromDate(mesh.clock.now()) });

/** One mutes the other. */
export const mute = (
  mesh: TimelineMesh,
  muterId: string,
  mutedId: string,
  scope: MuteScope = MuteScope.HOME,
): Promise<void> =>
  mesh.announce(AccountMutedSchema, {
    muterId,
    mutedId,
    scopes: [scope],
    mutedAt: timestampFromDate(mesh.clock.now()),
  });

/** An account is locked from now on. */
export const lock = (mesh: TimelineMesh, accountId: string): Promise<void> =>
  mesh.announce(PrivacySettingsChangedSchema, { accountId, settings: { locked: true, version: 1n } });

/** An account makes a list of others; returns its id. */
export async function list(
  mesh: TimelineMesh,
  ownerId: string,
  members: readonly string[],
  saved: { title?: string; exclusive?: boolean; hideReposts?: boolean } = {},
): Promise<string> {
  const listId = mesh.timeline.ids.next();
  const value = { title: "friends", ...saved };
  await mesh.announce(
    ListChangedSchema,
    { ownerId, listId, change: { case: "saved", value } },
    ...members.map((accountId) => ({
      ownerId,
      listId,
      change: { case: "memberAdded" as const, value: { accountId } },
    })),
  );
  return listId;
}
