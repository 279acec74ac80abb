import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { Audience, Relation_MuteScope as MuteScope } from "#gen/skein/common/v1/visibility_pb.ts";
import {
  ContentFilterChangedSchema,
  HashtagFollowedSchema,
  PostDeletedSchema,
  PostEditedSchema,
  PostLikedSchema,
  PostSharedSchema,
  PostUnsharedSchema,
} from "#gen/skein/content/v1/content_events_pb.ts";
import { FilterAction } from "#gen/skein/content/v1/content_filter_pb.ts";
import {
  AccountBlockedSchema,
  AccountMutedSchema,
  AccountUnfollowedSchema,
  FollowChangedSchema,
} from "#gen/skein/graph/v1/graph_events_pb.ts";
import type { TimelineMesh } from "./start.ts";

const now = (mesh: TimelineMesh) => timestampFromDate(mesh.clock.now());

/** A post as tests name it: whose it is, and which. */
export interface Of {
  readonly authorId: string;
  readonly postId: string;
}

/** Somebody shares a post; returns the share's id. */
export async function share(mesh: TimelineMesh, sharerId: string, { authorId, postId }: Of): Promise<string> {
  const shareId = mesh.timeline.ids.next();
  await mesh.announce(PostSharedSchema, { sharerId, postId, authorId, shareId, sharedAt: now(mesh) });
  return shareId;
}

/** And does so no longer. */
export const unshare = (mesh: TimelineMesh, sharerId: string, shareId: string, { authorId, postId }: Of) =>
  mesh.announce(PostUnsharedSchema, { sharerId, postId, authorId, shareId });

/** A post says something else. */
export const edit = (mesh: TimelineMesh, { authorId, postId }: Of, text: string, version = 2n) =>
  mesh.announce(PostEditedSchema, {
    ...{ authorId, postId, formerVersion: version - 1n },
    card: { id: postId, authorId, text, audience: Audience.PUBLIC, version, createdAt: now(mesh), editedAt: now(mesh) },
  });

/** A post is deleted. */
export const remove = (mesh: TimelineMesh, { authorId, postId }: Of) =>
  mesh.announce(PostDeletedSchema, { authorId, postId, version: 100n, deletedAt: now(mesh) });

export const like = (mesh: TimelineMesh, likerId: string, { authorId, postId }: Of) =>
  mesh.announce(PostLikedSchema, { likerId, postId, authorId, likedAt: now(mesh) });

export const block = (mesh: TimelineMesh, blockerId: string, blockedId: string) =>
  mesh.announce(AccountBlockedSchema, { blockerId, blockedId, blockedAt: now(mesh) });

export const mute = (mesh: TimelineMesh, muterId: string, mutedId: string, scope: MuteScope = MuteScope.HOME) =>
  mesh.announce(AccountMutedSchema, { muterId, mutedId, scopes: [scope], mutedAt: now(mesh) });

export const unfollow = (mesh: TimelineMesh, followerId: string, followeeId: string) =>
  mesh.announce(AccountUnfollowedSchema, { followerId, followeeId });

export const changeFollow = (
  mesh: TimelineMesh,
  followerId: string,
  followeeId: string,
  change: { hideReposts?: boolean; hideFromHome?: boolean },
) => mesh.announce(FollowChangedSchema, { followerId, followeeId, ...change });

/** Somebody does not want to see a word: with `warn` it is only folded. */
export const filter = (mesh: TimelineMesh, accountId: string, text: string, { warn = false } = {}) => {
  const filterId = mesh.timeline.ids.next();
  const action = warn ? FilterAction.WARN : FilterAction.HIDE;
  const rule = { title: text, phrases: [{ text }], action };
  return mesh.announce(ContentFilterChangedSchema, {
    accountId,
    filterId,
    filter: { id: filterId, rule, version: 1n },
  });
};

export const followTag = (mesh: TimelineMesh, accountId: string, tag: string) =>
  mesh.announce(HashtagFollowedSchema, { accountId, tag, followedAt: now(mesh) });
