import type { SessionService } from "#gen/skein/identity/v1/session_service_pb.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";

/** The public keys of access tokens, from memory: those that signed what is still alive, the current one, the next one. */
export const getJwks =
  ({ signer }: Deps): Rpc<typeof SessionService.method.getJwks> =>
  async (_, ctx) => {
    const keys = await signer.publicKeys(ctx.now);
    return { keys: keys.map(({ kid, x }) => ({ kid, kty: "OKP", crv: "Ed25519", x, alg: "EdDSA", use: "sig" })) };
  };
