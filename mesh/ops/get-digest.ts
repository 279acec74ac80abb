import type { OpsService } from "#gen/skein/ops/v1/ops_service_pb.ts";
import { digested, digestOf, type RangeRow } from "../log/digest.ts";
import type { Snapshot } from "../log/snapshot.ts";
import type { Rpc } from "../service.ts";
import { type Sql, sql } from "../store/sql.ts";
import { opsFailure } from "./failures.ts";
import type { OpsParts } from "./parts.ts";

/** What the rows of a kind come to, and the position at which they do. */
export const getDigest =
  ({ db, snapshots }: OpsParts): Rpc<typeof OpsService.method.getDigest> =>
  async ({ kind, partition }) => {
    const known = kindNamed(snapshots, kind);
    const incarnation = await db.incarnation();
    const { seq, sums, rows } = digested(await db.query<RangeRow>(ownDigest(known, partition)));
    return { cut: { seq, incarnation }, digest: { sums: [...sums], rows: [...rows] } };
  };

/** The kind of that name, or a refusal that names those there are. */
export function kindNamed(snapshots: readonly Snapshot[], kind: string): Snapshot {
  const known = snapshots.find((one) => one.kind === kind);
  if (known) return known;
  throw opsFailure("KIND_UNKNOWN", { facts: { kinds: snapshots.map((one) => one.kind).join(", ") } });
}

/** The statement for the digest of a kind beside the head of the log; refuses a kind that has none. */
export function ownDigest({ kind, words }: Snapshot, partition: number): Sql {
  if (!words) throw opsFailure("NOT_COMPARABLE", { facts: { kind } });
  return digestOf(sql`select seq from log_head where partition = ${partition}`, words(partition));
}
