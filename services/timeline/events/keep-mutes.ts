import { timestampDate } from "@bufbuild/protobuf/wkt";
import { type AccountMuted, AccountMutedSchema, AccountUnmutedSchema } from "#gen/skein/graph/v1/graph_events_pb.ts";
import { type MuteRow, MuteRowSchema } from "#gen/skein/graph/v1/snapshot_rows_pb.ts";
import { from, together } from "#mesh/consumer.ts";
import type { Deps } from "../deps.ts";
import { changeMutes, clearMutes, type MuteChange } from "../store/mutes.ts";
import { edgeWords } from "../store/words.ts";

/** Mutes as they are now, their end included: it is kept with them and needs nobody to announce it. */
export const mutes = together<typeof AccountMutedSchema | typeof AccountUnmutedSchema, Deps>(
  [AccountMutedSchema, AccountUnmutedSchema],
  async (deliveries, tx) => {
    const last = new Map<string, MuteChange>();
    for (const { event, partition } of deliveries)
      last.set(
        `${event.muterId} ${event.mutedId}`,
        event.$typeName === "skein.graph.v1.AccountMuted"
          ? muteOf(event, partition)
          : {
              muterId: event.muterId,
              mutedId: event.mutedId,
              shard: partition,
              scopes: undefined,
              expiresAt: undefined,
            },
      );
    await changeMutes(tx, [...last.values()]);
  },
);

/** Mutes as social-graph has them, perhaps expired. */
export const mutesAnew = from(
  "mute",
  MuteRowSchema,
  ({ tx, rows, partition }) =>
    changeMutes(
      tx,
      rows.map((row) => muteOf(row, partition)),
    ),
  async ({ tx, partition }) => void (await clearMutes(tx, partition)),
  edgeWords.mute,
);

const muteOf = ({ muterId, mutedId, scopes, expiresAt }: AccountMuted | MuteRow, shard: number): MuteChange => ({
  ...{ muterId, mutedId, shard, scopes },
  expiresAt: expiresAt && timestampDate(expiresAt),
});
