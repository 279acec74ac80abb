import type { DescMethod, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import type { ConnectionSchema } from "#gen/skein/graph/v1/follow_pb.ts";
import { Surface } from "#gen/skein/options/v1/options_pb.ts";
import type { Context } from "#mesh/context.ts";
import { type Page, pageSize } from "#mesh/cursor.ts";
import type { Deps } from "../deps.ts";
import type { EdgeRow } from "./followers.ts";
import { type After, afterOf, stampOf } from "./moments.ts";
import { type Seen, shown, visibleAccounts } from "./visible-accounts.ts";

/** After so many batches a page is given out as short as it is: a long row of hidden accounts must not hold up a call. */
const BATCHES = 2;
/** A later batch looks this much further than is lacking. */
const REACH = 4;
const MOST = 200;

/** What a list of accounts is made of. */
export interface Listed<M extends DescMethod> {
  readonly method: M;
  readonly request: MessageShape<M["input"]> & { readonly pageSize: number; readonly pageToken: string };
  /** Reads up to `limit` rows behind a place, newest first. */
  readonly read: (after: After, limit: number) => Promise<EdgeRow[]>;
}

/** One row and the account that it leads to. */
export interface Entry {
  readonly moment: string;
  readonly account: Seen;
}

/** How answers show such an entry. */
export const connectionOf = (ctx: Context, { moment, account }: Entry): MessageInitShape<typeof ConnectionSchema> => ({
  ...shown(ctx, account),
  followedAt: stampOf(moment),
});

/**
 * One page of a list, without the accounts that its caller may not see. The token names the last row that was looked at,
 * not the last that is shown: a page may be short or empty and is not the end.
 */
export async function pageOfAccounts<M extends DescMethod>(
  deps: Pick<Deps, "db" | "clock" | "cursors">,
  ctx: Context,
  { method, request, read }: Listed<M>,
): Promise<Page<Entry>> {
  const limit = pageSize(request.pageSize);
  const items: Entry[] = [];
  let after = afterOf(deps.cursors.read(method, request, request.pageToken).after);
  for (let batch = 0; batch < BATCHES; batch++) {
    const count = batch === 0 ? limit : Math.min(MOST, (limit - items.length) * REACH);
    const rows = await read(after, count + 1);
    const looked = rows.slice(0, count);
    const seen = await visibleAccounts(
      deps,
      ctx,
      Surface.RELATIONS,
      looked.map(({ id }) => id),
    );
    for (const { id, moment } of looked) {
      const account = seen.get(id);
      if (account) items.push({ moment, account });
      after = [moment, id];
      if (items.length === limit) break;
    }
    const last = looked.at(-1);
    if (rows.length <= count && (!last || last.id === after[1])) return { items, nextPageToken: "" };
    if (items.length === limit) break;
  }
  // Two equal rows make the page end behind the first of them, wherever that is.
  const { nextPageToken } = deps.cursors.page(method, request, [after, after], 1, (place) => place);
  return { items, nextPageToken };
}
