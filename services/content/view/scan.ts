import type { DescMethod, MessageShape } from "@bufbuild/protobuf";
import type { Context } from "#mesh/context.ts";
import type { Deps } from "../deps.ts";
import { page } from "./page.ts";
import type { PostInit } from "./present.ts";

/** Places that were seen on the way through a list, whether what is there is a match or not. */
export interface Seen {
  readonly rows: readonly { readonly post_id: string; readonly hit?: boolean }[];
  /** There may be more behind the last row. */
  readonly more: boolean;
}

/** So many candidates are decided about for a page: some of them are not for this viewer. */
export const candidatesFor = (limit: number): number => Math.min(100, limit * 2);

/**
 * Shows those of the candidates that the caller may see, and goes on behind the last one that was decided about, not
 * behind the last that is shown: a short page, or an empty one, is not the end.
 */
export async function showScanned<M extends DescMethod, Row extends Seen["rows"][number]>(
  deps: Deps,
  ctx: Context,
  method: M,
  request: MessageShape<M["input"]>,
  seen: { readonly rows: readonly Row[]; readonly more: boolean },
  { limit, keyOf }: { readonly limit: number; readonly keyOf: (row: Row) => readonly string[] },
): Promise<{ posts: PostInit[]; nextPageToken: string }> {
  const { rows, more } = seen;
  const ids = rows.filter(({ hit = true }) => hit).map(({ post_id }) => post_id);
  const visible = await page(deps, ctx, ids);
  const posts = visible.slice(0, limit);
  const last = visible.length > limit ? posts.at(-1)?.card?.id : undefined;
  const decided = last === undefined ? rows.length : rows.findIndex(({ post_id }) => post_id === last) + 1;
  const rest = more || decided < rows.length;
  // The cursor is cut behind the last row decided about; one row beyond says that the list goes on.
  const cut = [...rows.slice(0, decided), ...rows.slice(0, rest ? 1 : 0)];
  const { nextPageToken } = deps.cursors.page(method, request, cut, decided, keyOf);
  return { posts, nextPageToken };
}
