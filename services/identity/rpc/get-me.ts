import type { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import { callerOf } from "#mesh/context.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { failure } from "../failures.ts";
import { accountOf, readAccount } from "../store/accounts.ts";

/** The caller's own account as the database has it, personal data included. */
export const getMe =
  ({ db }: Deps): Rpc<typeof IdentityService.method.getMe> =>
  async (_, ctx) => {
    const row = await readAccount(db.query, callerOf(ctx));
    if (!row) throw failure("ACCOUNT_NOT_FOUND");
    return { account: accountOf(row) };
  };
