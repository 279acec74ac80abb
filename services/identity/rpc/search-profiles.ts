import { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import type { Context } from "#mesh/context.ts";
import { pageSize } from "#mesh/cursor.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { certain, visibleTo } from "../gear/visibility.ts";
import { pageEnd, scanOf } from "../rules/scan.ts";
import { tidyLine } from "../rules/tidy.ts";
import { type ProfileRow, profileOf } from "../store/accounts.ts";
import { type Hit, listNewest, type Place, START, searchByLikeness } from "../store/search.ts";

const method = IdentityService.method.searchProfiles;
const AFTER_ALL = ["infinity", "ffffffff-ffff-ffff-ffff-ffffffffffff"] as const;

/** Finds visible accounts by the beginning of a handle, then by likeness; without a query it lists all, newest first. */
export const searchProfiles =
  (deps: Deps): Rpc<typeof method> =>
  async (request, ctx) => {
    const { db, cursors } = deps;
    const asked = tidyLine(request.query).replace(/^@/, "").toLowerCase();
    const { after } = cursors.read(method, request, request.pageToken);
    const limit = pageSize(request.pageSize);
    const scan = scanOf(limit, ctx.actor !== undefined);
    if (asked === "") {
      const [moment = AFTER_ALL[0], id = AFTER_ALL[1]] = after ?? [];
      const rows = await listNewest(db.query, moment, id, scan + 1);
      return present(rows, (row) => [row.created_at, row.id]);
    }
    const rows = await searchByLikeness(db.query, asked, after ? placeOf(after) : START, scan + 1);
    return present(rows, ({ tier, score, name, id }: Hit) => [String(tier), String(score), name, id]);

    async function present<Row extends ProfileRow>(found: readonly Row[], keyOf: (row: Row) => string[]) {
      const visible = await visibleAmong(deps, ctx, found.slice(0, scan));
      const end = pageEnd(visible, limit);
      const { items, nextPageToken } = cursors.page(method, request, found, end, keyOf);
      return { profiles: items.filter((_, at) => visible[at]).map(profileOf), nextPageToken };
    }
  };

async function visibleAmong(deps: Deps, ctx: Context, rows: readonly ProfileRow[]): Promise<boolean[]> {
  const seen = certain(
    await visibleTo(
      deps,
      ctx,
      rows.map(({ id }) => id),
    ),
  );
  return rows.map(({ id }) => seen.has(id));
}

function placeOf([tier = "0", score = "0", name = "", id = START.id]: readonly string[]): Place {
  return { tier: Number(tier), score: Number(score), name, id };
}
