import type { MessageInitShape } from "@bufbuild/protobuf";
import type { AccountSchema } from "#gen/skein/identity/v1/account_pb.ts";
import { ProfileUpdatedSchema } from "#gen/skein/identity/v1/identity_events_pb.ts";
import { IdentityService, type UpdateProfileRequest } from "#gen/skein/identity/v1/identity_service_pb.ts";
import { type Context, callerOf } from "#mesh/context.ts";
import { optionsOf } from "#mesh/contract.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { failure } from "../failures.ts";
import { type Difference, differenceOf } from "../rules/profile-change.ts";
import { inState } from "../rules/state.ts";
import { type AccountRow, accountOf, etagOf, lockAccount, profileOf, readAccount } from "../store/accounts.ts";
import { changeAccount } from "../store/changes.ts";
import { settleProfile } from "../store/profiles.ts";

type Shown = MessageInitShape<typeof AccountSchema>;

/** Changes what the mask names and nothing else. Of two updates at once each sees the other's; what is equal changes nothing. */
export const updateProfile =
  (deps: Deps): Rpc<typeof IdentityService.method.updateProfile> =>
  async (request, ctx) => {
    const id = callerOf(ctx);
    if (request.validateOnly) {
      const { row } = check(await readAccount(deps.db.query, id), request, ctx.now);
      return { account: shownTo(ctx, accountOf(row)) };
    }
    let after: AccountRow | undefined;
    const answer = await deps.db.commit(ctx, async (tx) => {
      after = undefined; // an attempt that lost a race left what never was
      const { row, difference } = check(await lockAccount(tx.query, id), request, ctx.now);
      const visibly = Object.keys(difference.public).length > 0;
      if (!visibly && Object.keys(difference.personal).length === 0) return { account: accountOf(row) };
      after = await changeAccount(tx, row, { ...difference, now: ctx.now });
      // Of a hidden account nobody hears; they get the profile when it comes back.
      if (visibly && after.state === "ACTIVE")
        tx.publish(ProfileUpdatedSchema, { accountId: id, profile: profileOf(after) });
      return { account: accountOf(after) };
    });
    if (after) await settleProfile(deps, after);
    return { account: answer.account && shownTo(ctx, answer.account) };
  };

/** An app token that may write the profile may not therefore read who stands behind it, in a repeated answer neither. */
function shownTo({ actor }: Context, account: Shown): Shown {
  if (!actor?.scopes || actor.scopes.includes(optionsOf(IdentityService.method.getMe).scope)) return account;
  const { profile, state, etag } = account;
  return { ...(profile && { profile }), ...(state && { state }), ...(etag && { etag }) };
}

function check(
  found: AccountRow | undefined,
  request: UpdateProfileRequest,
  now: Date,
): { row: AccountRow; difference: Difference } {
  const row = inState(found, "ACTIVE", "DEACTIVATED");
  const etag = etagOf(row);
  if (request.etag !== "" && request.etag !== etag) throw failure("ETAG_MISMATCH", { facts: { etag } });
  return { row, difference: differenceOf(row, request, now) };
}
