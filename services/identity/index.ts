import { CredentialService } from "#gen/skein/identity/v1/credential_service_pb.ts";
import { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import { PrivacyService } from "#gen/skein/identity/v1/privacy_service_pb.ts";
import { SessionService } from "#gen/skein/identity/v1/session_service_pb.ts";
import { defineService, serve } from "#mesh/service.ts";
import { calls, config, type Deps } from "./deps.ts";
import { entities } from "./entities.ts";
import { equip } from "./gear.ts";
import { erasureDue } from "./jobs/erasure-due.ts";
import { forgetHidden } from "./jobs/forget-hidden.ts";
import { rotateKeys } from "./jobs/rotate-keys.ts";
import { sendMail } from "./jobs/send-mail.ts";
import { sweepCredentials } from "./jobs/sweep-credentials.ts";
import { sweepSessions } from "./jobs/sweep-sessions.ts";
import { batchGetProfiles } from "./rpc/batch-get-profiles.ts";
import { cancelAccountDeletion } from "./rpc/cancel-account-deletion.ts";
import { changeEmail } from "./rpc/change-email.ts";
import { changeHandle } from "./rpc/change-handle.ts";
import { changePassword } from "./rpc/change-password.ts";
import { checkHandleAvailability } from "./rpc/check-handle-availability.ts";
import { confirmEmailVerification } from "./rpc/confirm-email-verification.ts";
import { confirmPasswordReset } from "./rpc/confirm-password-reset.ts";
import { confirmTotp } from "./rpc/confirm-totp.ts";
import { createAppToken } from "./rpc/create-app-token.ts";
import { createSession } from "./rpc/create-session.ts";
import { deactivateAccount } from "./rpc/deactivate-account.ts";
import { deleteAccount } from "./rpc/delete-account.ts";
import { disableTotp } from "./rpc/disable-totp.ts";
import { enrollTotp } from "./rpc/enroll-totp.ts";
import { generateRecoveryCodes } from "./rpc/generate-recovery-codes.ts";
import { getJwks } from "./rpc/get-jwks.ts";
import { getMe } from "./rpc/get-me.ts";
import { getProfile } from "./rpc/get-profile.ts";
import { grantRole } from "./rpc/grant-role.ts";
import { introspectToken } from "./rpc/introspect-token.ts";
import { liftSuspension } from "./rpc/lift-suspension.ts";
import { listAppTokens } from "./rpc/list-app-tokens.ts";
import { listRevocations } from "./rpc/list-revocations.ts";
import { listRoles } from "./rpc/list-roles.ts";
import { listSessions } from "./rpc/list-sessions.ts";
import { lookupProfile } from "./rpc/lookup-profile.ts";
import { reactivateAccount } from "./rpc/reactivate-account.ts";
import { refreshSession } from "./rpc/refresh-session.ts";
import { registerAccount } from "./rpc/register-account.ts";
import { requestEmailVerification } from "./rpc/request-email-verification.ts";
import { requestPasswordReset } from "./rpc/request-password-reset.ts";
import { revokeAllSessions } from "./rpc/revoke-all-sessions.ts";
import { revokeAppToken } from "./rpc/revoke-app-token.ts";
import { revokeRole } from "./rpc/revoke-role.ts";
import { revokeSession } from "./rpc/revoke-session.ts";
import { searchProfiles } from "./rpc/search-profiles.ts";
import { suspendAccount } from "./rpc/suspend-account.ts";
import { updateProfile } from "./rpc/update-profile.ts";
import { Identity20261121 } from "./store/migrations/20261121-identity.ts";
import { OwnersWish20261122 } from "./store/migrations/20261122-owners-wish.ts";
import { Suspension20261123 } from "./store/migrations/20261123-suspension.ts";
import { accounts } from "./store/snapshots.ts";

/** Who everybody is, and what proves it: accounts, sessions, credentials. Asks the graph who may see whom. */
export const identity = defineService({
  name: "identity",
  config,
  calls,
  entities,
  migrations: [Identity20261121, OwnersWish20261122, Suspension20261123],
  snapshots: [accounts],
  equip,
  serves: [
    serve<typeof IdentityService, Deps>(IdentityService, {
      registerAccount,
      getMe,
      updateProfile,
      getProfile,
      batchGetProfiles,
      lookupProfile,
      searchProfiles,
      checkHandleAvailability,
      changeHandle,
      deactivateAccount,
      reactivateAccount,
      grantRole,
      revokeRole,
      suspendAccount,
      liftSuspension,
      listRoles,
    }),
    serve<typeof SessionService, Deps>(SessionService, {
      createSession,
      refreshSession,
      revokeSession,
      listSessions,
      revokeAllSessions,
      listRevocations,
      getJwks,
      introspectToken,
    }),
    serve<typeof CredentialService, Deps>(CredentialService, {
      changePassword,
      requestPasswordReset,
      confirmPasswordReset,
      requestEmailVerification,
      confirmEmailVerification,
      changeEmail,
      enrollTotp,
      confirmTotp,
      disableTotp,
      generateRecoveryCodes,
      createAppToken,
      listAppTokens,
      revokeAppToken,
    }),
    serve<typeof PrivacyService, Deps>(PrivacyService, { deleteAccount, cancelAccountDeletion }),
  ],
  jobs: [rotateKeys, sweepSessions, sendMail, sweepCredentials, erasureDue, forgetHidden],
});
