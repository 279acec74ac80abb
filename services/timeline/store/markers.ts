import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { ReadMarkerSchema } from "#gen/skein/timeline/v1/timeline_pb.ts";
import type { Db } from "#mesh/store/database.ts";
import { sql } from "#mesh/store/sql.ts";

type Store = Pick<Db, "query">;
type Marker = MessageInitShape<typeof ReadMarkerSchema>;

interface Row {
  item_id: string;
  updated_at: string;
  version: string;
}

/** How far an account has read; undefined if it never said. */
export async function readMarker({ query }: Store, accountId: string): Promise<Marker | undefined> {
  const [row] = await query<Row>(
    sql`select item_id, updated_at, version from read_marker where account_id = ${accountId}`,
  );
  return row && markerOf(row);
}

/** Moves the marker forward, never back, whatever order devices speak in; undefined where it is as far already. */
export async function moveMarker(
  { query }: Store,
  accountId: string,
  itemId: string,
  now: Date,
): Promise<Marker | undefined> {
  const [row] = await query<Row>(sql`insert into read_marker (account_id, item_id, version, updated_at)
    values (${accountId}, ${itemId}, 1, ${now})
    on conflict (account_id) do update set item_id = excluded.item_id, version = read_marker.version + 1,
      updated_at = excluded.updated_at where read_marker.item_id < excluded.item_id
    returning item_id, updated_at, version`);
  return row && markerOf(row);
}

const markerOf = ({ item_id: itemId, updated_at, version }: Row): Marker => ({
  itemId,
  updatedAt: timestampFromDate(new Date(updated_at)),
  version: BigInt(version),
});
