import { type GraphKind, type GraphRow, GraphKind as Kind } from "#gen/skein/graph/v1/archive_pb.ts";
import { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { as, type TestMesh } from "#mesh/testing.ts";

/** Every kind of rows, in the order in which an archive is written. */
export const KINDS: readonly GraphKind[] = [Kind.FOLLOWS, Kind.BLOCKS, Kind.MUTES, Kind.LISTS];

/** Everything that an account's graph consists of, as its owner gets it. */
export async function exported(
  mesh: TestMesh,
  owner: string,
  { kinds = KINDS, pageSize = 3 }: { kinds?: readonly GraphKind[]; pageSize?: number } = {},
): Promise<GraphRow[]> {
  const rows: GraphRow[] = [];
  for (const kind of kinds) {
    let pageToken = "";
    do {
      const page = await mesh.client(GraphService).exportGraph({ kind, pageSize, pageToken }, as(owner));
      rows.push(...page.rows);
      pageToken = page.nextPageToken;
    } while (pageToken);
  }
  return rows;
}

/** Brings rows in for an account and returns what became of each: the outcome's number, or the reason of a failure. */
export async function imported(
  mesh: TestMesh,
  owner: string,
  rows: readonly GraphRow[],
  { dryRun = false }: { dryRun?: boolean } = {},
): Promise<(string | number)[]> {
  if (rows.length === 0) return [];
  const { results } = await mesh.client(GraphService).importGraph({ rows: [...rows], dryRun }, as(owner));
  return results.map(({ outcome, reason }) => reason || outcome);
}
