import { IdentityService, type SearchProfilesRequest } from "#gen/skein/identity/v1/identity_service_pb.ts";
import { pageSize } from "#mesh/cursor.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { tidyLine } from "../rules/tidy.ts";
import { profileOf } from "../store/accounts.ts";
import { listNewest, type Place, START, searchByLikeness } from "../store/search.ts";

const method = IdentityService.method.searchProfiles;
const AFTER_ALL = ["infinity", "ffffffff-ffff-ffff-ffff-ffffffffffff"] as const;

/** Finds visible accounts by the beginning of a handle, then by likeness; without a query it lists all, newest first. */
export const searchProfiles =
  (deps: Deps): Rpc<typeof method> =>
  async (request) => {
    const asked = tidyLine(request.query).replace(/^@/, "").toLowerCase();
    const { items, nextPageToken } = await (asked === "" ? newest(deps, request) : likest(deps, request, asked));
    return { profiles: items.map(profileOf), nextPageToken };
  };

async function newest({ db, cursors }: Deps, request: SearchProfilesRequest) {
  const limit = pageSize(request.pageSize);
  const [moment = AFTER_ALL[0], id = AFTER_ALL[1]] = cursors.read(method, request, request.pageToken).after ?? [];
  const rows = await listNewest(db.query, moment, id, limit + 1);
  return cursors.page(method, request, rows, limit, (row) => [row.created_at, row.id]);
}

async function likest({ db, cursors }: Deps, request: SearchProfilesRequest, asked: string) {
  const limit = pageSize(request.pageSize);
  const { after } = cursors.read(method, request, request.pageToken);
  const rows = await searchByLikeness(db.query, asked, after ? placeOf(after) : START, limit + 1);
  return cursors.page(method, request, rows, limit, ({ tier, score, name, id }) => [
    String(tier),
    String(score),
    name,
    id,
  ]);
}

function placeOf([tier = "0", score = "0", name = "", id = START.id]: readonly string[]): Place {
  return { tier: Number(tier), score: Number(score), name, id };
}
