import type { CredentialService } from "#gen/skein/identity/v1/credential_service_pb.ts";
import { callerOf } from "#mesh/context.ts";
import type { Rpc } from "#mesh/service.ts";
import { sql } from "#mesh/store/sql.ts";
import type { Deps } from "../deps.ts";
import { failure } from "../failures.ts";
import { base32, otpauthUri } from "../rules/totp.ts";
import { proveOwner } from "../store/own-credential.ts";
import { totpPurpose } from "../store/second-factor.ts";

const SECRET_BYTES = 20; // RFC 4226 recommends as many as the hash has

/** Makes a second-factor secret that counts once a code from it is confirmed; another one replaces it until then. */
export const enrollTotp =
  (deps: Deps): Rpc<typeof CredentialService.method.enrollTotp> =>
  async ({ password }, ctx) => {
    const { db, chance, vault, config } = deps;
    const accountId = callerOf(ctx);
    const { handle } = await proveOwner(deps, ctx, password);
    const secret = chance.bytes(SECRET_BYTES);
    const kept = await db.query(sql`update credential
      set totp_sealed = ${vault.seal(totpPurpose(accountId), secret)}, totp_last_step = 0
      where account_id = ${accountId} and totp_confirmed_at is null returning 1`);
    if (kept.length === 0) throw failure("TOTP_ALREADY_ON");
    return { secret: base32(secret), uri: otpauthUri({ issuer: config.issuer, account: handle, secret }) };
  };
