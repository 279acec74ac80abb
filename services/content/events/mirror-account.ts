import type { Profile } from "#gen/skein/identity/v1/account_pb.ts";
import {
  AccountDeactivatedSchema,
  AccountDeletionCancelledSchema,
  AccountDeletionRequestedSchema,
  AccountErasureDueSchema,
  AccountReactivatedSchema,
  AccountRegisteredSchema,
  AccountReinstatedSchema,
  AccountSuspendedSchema,
  HandleChangedSchema,
  ProfileUpdatedSchema,
} from "#gen/skein/identity/v1/identity_events_pb.ts";
import { AccountRowSchema } from "#gen/skein/identity/v1/snapshot_rows_pb.ts";
import { consumer, type Delivery, from, on } from "#mesh/consumer.ts";
import type { Deps } from "../deps.ts";
import {
  type At,
  clearAccounts,
  dropAccount,
  keepProfile,
  moveAccount,
  renameAccount,
  restoreAccounts,
} from "../store/mirrored-accounts.ts";

type About = Pick<Delivery, "tx"> & At & { readonly event: { readonly accountId: string; readonly profile?: Profile } };

/** Who everybody is, as identity says: whom posts name and are by. Whether they are shown is social-graph's word. */
export const mirrorAccount = consumer<Deps>(
  "mirror-account",
  [
    on(AccountRegisteredSchema, keep),
    on(ProfileUpdatedSchema, keep),
    on(HandleChangedSchema, ({ tx, event: { accountId, newHandle: handle, version }, ...at }) =>
      renameAccount(tx, { accountId, handle, version }, at),
    ),
    on(AccountDeactivatedSchema, move("DEACTIVATED", "ACTIVE")),
    on(AccountReactivatedSchema, move("ACTIVE", "DEACTIVATED")),
    on(AccountSuspendedSchema, move("SUSPENDED", "ACTIVE", "DEACTIVATED")),
    on(AccountReinstatedSchema, move("ACTIVE", "SUSPENDED")),
    on(AccountDeletionRequestedSchema, move("DELETING", "ACTIVE", "DEACTIVATED", "SUSPENDED")),
    on(AccountDeletionCancelledSchema, move("ACTIVE", "DELETING")),
    on(AccountErasureDueSchema, ({ tx, event: { accountId } }) => dropAccount(tx, accountId)),
  ],
  [
    from(
      "account",
      AccountRowSchema,
      ({ tx, rows, ...at }) => restoreAccounts(tx, rows, at),
      ({ tx, partition }) => clearAccounts(tx, partition),
    ),
  ],
);

async function keep({ tx, event: { profile }, ...at }: About): Promise<void> {
  if (profile) await keepProfile(tx, profile, at);
}

function move(to: Parameters<typeof moveAccount>[2], ...states: Parameters<typeof moveAccount>[3]) {
  return async (about: About): Promise<void> => {
    await keep(about);
    await moveAccount(about.tx, about.event.accountId, to, states, about);
  };
}
