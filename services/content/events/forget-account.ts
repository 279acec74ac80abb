import { AccountErasureDueSchema } from "#gen/skein/identity/v1/identity_events_pb.ts";
import { consumer, on } from "#mesh/consumer.ts";
import type { Deps } from "../deps.ts";
import { beginErasure } from "../store/erasure.ts";

/** An account that is to be erased is written down; the job erase-accounts does it in bites. */
export const forgetAccount = consumer<Deps>("forget-account", [
  on(AccountErasureDueSchema, ({ tx, at, event: { accountId } }) => beginErasure(tx, accountId, at)),
]);
