import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { IntrospectTokenResponseSchema, SessionService } from "#gen/skein/identity/v1/session_service_pb.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { rolesOf, stampOf } from "../store/accounts.ts";
import { type Holder, holderOfAppToken, holderOfSession } from "../store/token-holders.ts";

type Answer = MessageInitShape<typeof IntrospectTokenResponseSchema>;

/** Says whom a token stands for now; of one that is not good, for whatever reason, it says nothing. */
export const introspectToken =
  (deps: Deps): Rpc<typeof SessionService.method.introspectToken> =>
  async ({ token }, ctx) => {
    const app = deps.mint.read("app", token);
    return (app ? await appToken(deps, app.id, ctx.now) : await accessToken(deps, token, ctx.now)) ?? { active: false };
  };

async function appToken({ db }: Deps, tokenId: string, now: Date): Promise<Answer | undefined> {
  const holder = await holderOfAppToken(db.query, { tokenId, now });
  // Its own id stands for the session, so that its revocation ends what was made from it.
  return (
    holder && { ...known(holder), sessionId: tokenId, scopes: holder.scopes, expiresAt: stampOf(holder.expires_at) }
  );
}

async function accessToken({ db, signer }: Deps, token: string, now: Date): Promise<Answer | undefined> {
  const claims = await signer.verify(token, now);
  if (!claims) return undefined;
  const { sessionId, accountId, expiresAt } = claims;
  const holder = await holderOfSession(db.query, { sessionId, accountId, now });
  return holder && { ...known(holder), sessionId, expiresAt: timestampFromDate(expiresAt) };
}

const known = (holder: Holder) => ({
  active: true,
  accountId: holder.id,
  roles: rolesOf(holder),
  suspended: holder.state === "SUSPENDED",
});
