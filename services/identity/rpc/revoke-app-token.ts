import type { CredentialService } from "#gen/skein/identity/v1/credential_service_pb.ts";
import { callerOf } from "#mesh/context.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { revokeAppToken as revoke } from "../store/revoke.ts";

/** Makes one of the caller's app tokens useless; one that is not the caller's, or not there, is no different from a revoked one. */
export const revokeAppToken =
  ({ db, config }: Deps): Rpc<typeof CredentialService.method.revokeAppToken> =>
  async ({ id }, ctx) => {
    await db.commit(ctx, (tx) =>
      revoke(tx, { accountId: callerOf(ctx), tokenId: id, now: ctx.now, ttlMs: config.accessTtl }),
    );
    return {};
  };
