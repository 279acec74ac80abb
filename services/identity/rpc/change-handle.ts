import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { HandleChangedSchema } from "#gen/skein/identity/v1/identity_events_pb.ts";
import type { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import { callerOf } from "#mesh/context.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Tx } from "#mesh/store/commit.ts";
import type { Deps } from "../deps.ts";
import { failure } from "../failures.ts";
import { refuseReservedHandle } from "../rules/handle.ts";
import { inState } from "../rules/state.ts";
import { type AccountRow, accountOf, dateOf, lockAccount } from "../store/accounts.ts";
import { changeAccount } from "../store/changes.ts";
import { claimHandle, releaseHandle } from "../store/handles.ts";
import { settleProfile } from "../store/profiles.ts";

const later = (moment: Date, ms: number) => new Date(moment.getTime() + ms);

/** Renames the caller's account. Another spelling of the same name frees nothing, costs no cooldown and redirects nothing. */
export const changeHandle =
  (deps: Deps): Rpc<typeof IdentityService.method.changeHandle> =>
  async ({ handle }, ctx) => {
    const { handleCooldown, handleRedirect } = deps.config;
    const answerOf = (row: AccountRow) => ({
      account: accountOf(row),
      ...(row.handle_changed_at && {
        nextChangeAt: timestampFromDate(later(dateOf(row.handle_changed_at), handleCooldown)),
      }),
    });
    let after: AccountRow | undefined;
    const answer = await deps.db.commit(ctx, async (tx) => {
      after = undefined; // an attempt that lost a race left what never was
      const row = inState(await lockAccount(tx.query, callerOf(ctx)), "ACTIVE", "DEACTIVATED");
      if (row.handle === handle) return answerOf(row);
      const renamed = row.handle.toLowerCase() !== handle.toLowerCase();
      const redirectUntil = later(ctx.now, handleRedirect);
      if (renamed) {
        refuseTooSoon(row, handleCooldown, ctx.now);
        await exchange(tx, row, { handle, now: ctx.now, redirectUntil });
      }
      const moment = renamed ? { handle_changed_at: ctx.now.toISOString() } : {};
      after = await changeAccount(tx, row, { public: { handle, ...moment }, now: ctx.now });
      if (after.state === "ACTIVE") {
        const redirect = renamed ? { redirectUntil: timestampFromDate(redirectUntil) } : {};
        tx.publish(HandleChangedSchema, {
          accountId: row.id,
          oldHandle: row.handle,
          newHandle: handle,
          version: BigInt(after.version),
          ...redirect,
        });
      }
      return answerOf(after);
    });
    if (after) await settleProfile(deps, after);
    return answer;
  };

function refuseTooSoon({ handle_changed_at }: AccountRow, cooldown: number, now: Date): void {
  if (!handle_changed_at) return;
  const next = later(dateOf(handle_changed_at), cooldown);
  if (next <= now) return;
  throw failure("HANDLE_COOLDOWN", {
    facts: { next_change_at: next.toISOString() },
    retryAfterMs: next.getTime() - now.getTime(),
  });
}

async function exchange(
  tx: Tx,
  row: AccountRow,
  { handle, now, redirectUntil }: { handle: string; now: Date; redirectUntil: Date },
): Promise<void> {
  refuseReservedHandle(handle);
  if (!(await claimHandle(tx, { handle, accountId: row.id, now })))
    throw failure("HANDLE_TAKEN", { facts: { field: "handle" } });
  await releaseHandle(tx, { handle: row.handle, accountId: row.id, now }, redirectUntil);
}
