import { PrivacySettingsChangedSchema } from "#gen/skein/graph/v1/graph_events_pb.ts";
import { PrivacyRowSchema } from "#gen/skein/graph/v1/snapshot_rows_pb.ts";
import { consumer, from, on } from "#mesh/consumer.ts";
import type { Deps } from "../deps.ts";
import { keepLocks } from "../store/account-locks.ts";

/** Who is locked, as social-graph says: for trends alone, which ask about more accounts than a call can name. */
export const mirrorLocks = consumer<Deps>(
  "mirror-locks",
  [on(PrivacySettingsChangedSchema, ({ event, tx }) => keepLocks(tx, [event]))],
  [from("privacy", PrivacyRowSchema, ({ rows, tx }) => keepLocks(tx, rows))],
);
