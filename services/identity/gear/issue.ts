import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { TokensSchema } from "#gen/skein/identity/v1/tokens_pb.ts";
import type { Deps } from "../deps.ts";
import type { AccountRow } from "../store/accounts.ts";

/** A session with what its tokens say. */
export interface Issued {
  readonly sessionId: string;
  readonly generation: number;
  readonly expiresAt: Date;
  readonly holder: Pick<AccountRow, "id" | "roles" | "state">;
}

/** Makes the tokens of a session as they are good from `now`; neither is kept anywhere. */
export async function issueTokens(
  { signer, mint, config }: Pick<Deps, "signer" | "mint" | "config">,
  { sessionId, generation, expiresAt, holder }: Issued,
  now: Date,
): Promise<MessageInitShape<typeof TokensSchema>> {
  const accessExpiresAt = new Date(Math.floor((now.getTime() + config.accessTtl) / 1000) * 1000); // JWTs end on a second
  const accessToken = await signer.sign({
    accountId: holder.id,
    sessionId,
    roles: holder.roles.map((role) => role.toLowerCase()),
    suspended: holder.state === "SUSPENDED",
    issuedAt: now,
    expiresAt: accessExpiresAt,
  });
  return {
    accessToken,
    accessExpiresAt: timestampFromDate(accessExpiresAt),
    refreshToken: mint.make("refresh", sessionId, generation),
    refreshExpiresAt: timestampFromDate(expiresAt),
    sessionId,
  };
}
