import { randomUUID } from "node:crypto";
import { type Client, createClient } from "@connectrpc/connect";
import { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import { Role } from "#gen/skein/options/v1/options_pb.ts";
import { callPolicy } from "#mesh/calls.ts";
import { startMesh } from "#mesh/host.ts";
import { ASSERTION_MS, assertActor } from "#mesh/identity/assertion.ts";
import { ACTOR_HEADER } from "#mesh/identity/hop.ts";
import { everything } from "../../main.ts";
import type { Env } from "../command.ts";
import { withoutAdministrator } from "../fleet/posts.ts";

/** Identity as the operator of the installation reaches it. */
export interface Operator {
  readonly identity: Client<typeof IdentityService>;
  /** Headers that let a call act for an account as an administrator. */
  asAdministrator(accountId: string): { headers: HeadersInit };
}

/**
 * Lets the operator act as the gateway does. Who may read the gateway's key, a file of SKEIN_HOME that only its owner can
 * read, may assert any account and role: that is how the first administrator comes about, without any default password.
 * Identity runs in this process for that moment, on the same database, whether the mesh is running or not.
 */
export async function asOperator<T>(env: Env, work: (operator: Operator) => Promise<T>): Promise<T> {
  const quiet = { MESH_PORT: "-1", MESH_PEERS: "", ADMIN_PORT: "-1", LOG_LEVEL: "silent", DATABASE_CONNECTIONS: "4" };
  const bare = withoutAdministrator(env, env.DATABASE_URL ?? "");
  await using mesh = await startMesh(everything, { only: new Set(["identity"]), env: { ...bare, ...quiet } });
  const keyring = mesh.keyringOf("gateway");
  const { lent } = mesh;
  const [identity] = mesh.running;
  if (!identity) throw new Error("identity is not among the services");
  const transport = callPolicy(identity.transport, { keyring, lent, ownerOf: () => "identity", retries: false });
  return work({
    identity: createClient(IdentityService, transport),
    asAdministrator(accountId) {
      const issuedAt = lent.clock.now();
      const expiresAt = new Date(issuedAt.getTime() + ASSERTION_MS);
      const actor = {
        accountId,
        sessionId: randomUUID(),
        roles: [Role.USER, Role.ADMIN],
        suspended: false,
        issuedAt,
        expiresAt,
      };
      return { headers: { [ACTOR_HEADER]: assertActor(keyring, actor) } };
    },
  });
}
