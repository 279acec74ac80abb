import { decodeJwt, decodeProtectedHeader } from "jose";
import { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import type { Tokens } from "#gen/skein/identity/v1/tokens_pb.ts";
import type { TestMesh } from "#mesh/testing.ts";
import { PASSWORD } from "./people.ts";

/** Somebody who has just registered. */
export interface Newcomer extends Pick<Tokens, "accessToken" | "refreshToken" | "sessionId"> {
  readonly accountId: string;
}

/** Registers an account under a handle and returns what its owner holds. */
export async function newcomer(mesh: TestMesh, handle: string): Promise<Newcomer> {
  const request = { handle, email: `${handle}@example.test`, password: PASSWORD, deviceName: "first" };
  const { account, tokens } = await mesh.client(IdentityService).registerAccount(request);
  const { accessToken = "", refreshToken = "", sessionId = "" } = tokens ?? {};
  return { accountId: account?.profile?.accountId ?? "", accessToken, refreshToken, sessionId };
}

/** What is written in an access token. */
export const readJwt = (token: string) => ({ ...decodeProtectedHeader(token), ...decodeJwt(token) });
