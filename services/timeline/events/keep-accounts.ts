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
  Hiding,
  hideAccount,
  renameAccount,
  restoreAccounts,
  saveProfile,
} from "../store/accounts.ts";
import { beginErasure } from "../store/erasure.ts";
import { keepsAccounts } from "../store/keeps-accounts.ts";
import { accountWords } from "../store/words.ts";
import { telling } from "./telling.ts";

/** Who everybody is and whether they are there for others. Who is to be erased is gone at once; the job erase-accounts does the rest. */
export const keepAccounts = telling(
  consumer<Deps>(
    "keep-accounts",
    [
      on(AccountRegisteredSchema, show(0)),
      on(ProfileUpdatedSchema, show(0)),
      on(HandleChangedSchema, ({ tx, event: { accountId, newHandle, version } }) =>
        renameAccount(tx, accountId, newHandle, version),
      ),
      on(AccountDeactivatedSchema, hide(Hiding.DEACTIVATED)),
      on(AccountReactivatedSchema, show(Hiding.DEACTIVATED)),
      on(AccountSuspendedSchema, hide(Hiding.SUSPENDED)),
      on(AccountReinstatedSchema, show(Hiding.SUSPENDED)),
      on(AccountDeletionRequestedSchema, hide(Hiding.DELETING)),
      on(AccountDeletionCancelledSchema, show(Hiding.DELETING)),
      on(AccountErasureDueSchema, async ({ tx, event: { accountId } }, { clock }) => {
        await dropAccount(tx, accountId);
        await beginErasure(tx, accountId, clock.now());
      }),
    ],
    [
      from(
        "account",
        AccountRowSchema,
        ({ tx, rows, partition }) => restoreAccounts(tx, partition, rows),
        async ({ tx, partition }) => void (await clearAccounts(tx, partition)),
        accountWords,
      ),
    ],
    keepsAccounts,
  ),
  ({ accountId }: { readonly accountId: string }) => ({ accounts: [accountId] }),
);

type About = Pick<Delivery, "tx" | "partition"> & { event: { accountId: string; profile?: Profile } };

function show(off: number) {
  return async ({ tx, partition, event: { accountId, profile } }: About): Promise<void> => {
    if (profile) await saveProfile(tx, partition, profile);
    if (off > 0) await hideAccount(tx, accountId, { off });
  };
}

function hide(on: number) {
  return async ({ tx, event: { accountId } }: About): Promise<void> => void (await hideAccount(tx, accountId, { on }));
}
