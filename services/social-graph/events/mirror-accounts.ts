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
  clearAccounts,
  dropAccount,
  type Hiding,
  hideAccount,
  renameAccount,
  restoreAccounts,
  saveProfile,
} from "../store/accounts.ts";

/** Who everybody is and whether they are there for others: identity's accounts, as far as the public may know them. */
export const mirrorAccounts = consumer<Deps>(
  "mirror-accounts",
  [
    on(AccountRegisteredSchema, show({})),
    on(ProfileUpdatedSchema, show({})),
    on(HandleChangedSchema, ({ tx, event: { accountId, newHandle, version } }) =>
      renameAccount(tx, accountId, newHandle, version),
    ),
    on(AccountDeactivatedSchema, hide({ deactivated: true })),
    on(AccountReactivatedSchema, show({ deactivated: false })),
    on(AccountSuspendedSchema, hide({ suspended: true })),
    on(AccountReinstatedSchema, show({ suspended: false })),
    on(AccountDeletionRequestedSchema, hide({ deleting: true })),
    on(AccountDeletionCancelledSchema, show({ deleting: false })),
    on(AccountErasureDueSchema, async ({ tx, event: { accountId } }) => void (await dropAccount(tx, accountId))),
  ],
  [
    from(
      "account",
      AccountRowSchema,
      ({ tx, rows, partition }) => restoreAccounts(tx, partition, rows),
      async ({ tx, partition }) => void (await clearAccounts(tx, partition)),
    ),
  ],
);

type About = Pick<Delivery, "tx" | "partition"> & { event: { accountId: string; profile?: Profile } };

function show(hiding: Hiding) {
  return async ({ tx, partition, event: { accountId, profile } }: About): Promise<void> => {
    if (profile) await saveProfile(tx, partition, profile);
    if (Object.keys(hiding).length > 0) await hideAccount(tx, accountId, hiding);
  };
}

function hide(hiding: Hiding) {
  return async ({ tx, event: { accountId } }: About): Promise<void> => void (await hideAccount(tx, accountId, hiding));
}
