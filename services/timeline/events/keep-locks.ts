import { PrivacySettingsChangedSchema } from "#gen/skein/graph/v1/graph_events_pb.ts";
import type { PrivacySettings } from "#gen/skein/graph/v1/privacy_pb.ts";
import { PrivacyRowSchema } from "#gen/skein/graph/v1/snapshot_rows_pb.ts";
import { from, together } from "#mesh/consumer.ts";
import type { Deps } from "../deps.ts";
import { changeLocks, clearLocks, type Lock } from "../store/locked.ts";
import { edgeWords } from "../store/words.ts";

/** Who is locked. */
export const locks = together<typeof PrivacySettingsChangedSchema, Deps>(
  [PrivacySettingsChangedSchema],
  async (deliveries, tx) => {
    const last = new Map(deliveries.map(({ event, partition }) => [event.accountId, lockOf(event, partition)]));
    await changeLocks(tx, [...last.values()]);
  },
);

/** Locks as social-graph has them. */
export const locksAnew = from(
  "privacy",
  PrivacyRowSchema,
  ({ tx, rows, partition }) =>
    changeLocks(
      tx,
      rows.map((row) => lockOf(row, partition)),
    ),
  async ({ tx, partition }) => void (await clearLocks(tx, partition)),
  edgeWords.locked,
);

const lockOf = (
  { accountId, settings }: { readonly accountId: string; readonly settings?: PrivacySettings | undefined },
  shard: number,
): Lock => ({ accountId, shard, locked: settings?.locked ?? false });
