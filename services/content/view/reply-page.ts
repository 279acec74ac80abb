import type { DescMethod, MessageShape } from "@bufbuild/protobuf";
import type { ThreadOrder } from "#gen/skein/content/v1/thread_service_pb.ts";
import type { Context } from "#mesh/context.ts";
import { pageSize } from "#mesh/cursor.ts";
import type { Deps } from "../deps.ts";
import { failure } from "../failures.ts";
import { look } from "./page.ts";
import { type PostInit, present } from "./present.ts";
import { readPlace, siblingsFrom, writePlace } from "./siblings.ts";
import { tokenFor } from "./token.ts";

interface Asked {
  readonly postId: string;
  readonly pageSize: number;
  readonly pageToken: string;
}

/** A page of the direct replies to a post that the caller may see; POST_NOT_FOUND if there is none. */
export async function replyPage<M extends DescMethod>(
  deps: Deps,
  ctx: Context,
  method: M,
  request: MessageShape<M["input"]> & Asked,
  order: ThreadOrder,
): Promise<{ posts: PostInit[]; nextPageToken: string }> {
  const { cursors, db } = deps;
  const postId = request.postId.toLowerCase();
  const limit = pageSize(request.pageSize);
  const { after = [], startedAt: at = ctx.now } = cursors.read(method, request, request.pageToken);
  const sorting = { order, viewerId: ctx.actor?.accountId, now: at };
  const { rows, open, placeAfter } = await siblingsFrom(db.query, postId, sorting, readPlace(after, at), limit);
  const ids = rows.slice(0, limit).map(({ id }) => id);
  const seen = await look(deps, ctx, [postId, ...ids]);
  if (!seen.posts.has(postId)) throw failure("POST_NOT_FOUND");
  const more = open || rows.length > limit;
  const nextPageToken = more ? tokenFor(cursors, method, request, writePlace(placeAfter(ids.length)), at) : "";
  return { posts: present(seen, ids), nextPageToken };
}
