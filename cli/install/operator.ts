import { type Client, createClient } from "@connectrpc/connect";
import { RoleChangedSchema } from "#gen/skein/identity/v1/identity_events_pb.ts";
import { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import type { Role } from "#gen/skein/options/v1/options_pb.ts";
import { callPolicy } from "#mesh/calls.ts";
import { startMesh } from "#mesh/host.ts";
import type { EntityTx } from "#mesh/store/commit.ts";
import type { Db } from "#mesh/store/database.ts";
import { everything } from "../../main.ts";
import type { Deps } from "../../services/identity/deps.ts";
import { failure } from "../../services/identity/failures.ts";
import { rolesOf } from "../../services/identity/store/accounts.ts";
import { followHandle } from "../../services/identity/store/handles.ts";
import { settleProfile } from "../../services/identity/store/profiles.ts";
import {
  lockWithAdministrators,
  refuseLastAdministrator,
  setRoles,
  storedRole,
} from "../../services/identity/store/roles.ts";
import { type Outcome, reinstate, suspend } from "../../services/identity/store/suspension.ts";
import type { Env } from "../command.ts";
import { withoutAdministrator } from "../fleet/posts.ts";

/** Identity as the operator of an installation reaches it. */
export interface Operator {
  /** Calls as the gateway does. */
  readonly identity: Client<typeof IdentityService>;
  /** Gives a role without being an administrator, and announces it; repeating changes nothing. False if there is no such account. */
  grant(accountId: string, role: Role): Promise<boolean>;
  /** The account that a handle leads to, whether it is shown or not. */
  find(handle: string): Promise<string>;
  /** Suspends an account, or ends its suspension, and announces it; repeating changes nothing. */
  suspend(accountId: string, reason: string): Promise<void>;
  reinstate(accountId: string, reason: string): Promise<void>;
}

/**
 * Lets whoever owns the keys of an installation, files that only their owner can read, act as identity itself. GrantRole
 * asks for somebody who is an administrator already: this is where the first one comes from, without a default password.
 * Identity runs in this process for that moment, on the same database, whether the mesh is running or not.
 */
export async function asOperator<T>(env: Env, work: (operator: Operator) => Promise<T>): Promise<T> {
  const quiet = { MESH_PORT: "-1", MESH_PEERS: "", ADMIN_PORT: "-1", LOG_LEVEL: "silent", DATABASE_CONNECTIONS: "4" };
  const bare = withoutAdministrator(env, env.DATABASE_URL ?? "");
  await using mesh = await startMesh(everything, { only: new Set(["identity"]), env: { ...bare, ...quiet } });
  const [identity] = mesh.running;
  if (!identity) throw new Error("identity is not among the services");
  const caller = { keyring: mesh.keyringOf("gateway"), lent: mesh.lent, ownerOf: () => "identity", retries: false };
  // Awaited here: `return work()` alone would close the mesh under it.
  return await work({
    identity: createClient(IdentityService, callPolicy(identity.transport, caller)),
    ...actsOn(identity.deps as unknown as Deps),
  });
}

function actsOn(deps: Deps): Omit<Operator, "identity"> {
  const { db, clock, config } = deps;
  // A cache that takes no note of it now learns it from identity's own job, within seconds.
  const settled = async (work: (tx: EntityTx) => Promise<Outcome>) => {
    const { row, changed } = await db.commit(undefined, work);
    if (changed) await settleProfile(deps, row);
  };
  return {
    grant: (accountId, role) => grant(db, accountId, role, clock.now()),
    async find(handle) {
      const found = await followHandle(db.query, handle, clock.now());
      if (!found) throw failure("ACCOUNT_NOT_FOUND");
      return found.id;
    },
    suspend: (accountId, reason) =>
      settled(async (tx) => {
        const locked = await lockWithAdministrators(tx.query, [accountId]);
        if (locked.some(({ id, roles }) => id === accountId && roles.includes("ADMIN")))
          refuseLastAdministrator(locked, accountId);
        return suspend(tx, { accountId, reason, by: undefined, now: clock.now() }, config.accessTtl);
      }),
    reinstate: (accountId, reason) =>
      settled((tx) => reinstate(tx, { accountId, reason, by: undefined, now: clock.now() })),
  };
}

const grant = (db: Db, accountId: string, role: Role, now: Date): Promise<boolean> =>
  db.commit(undefined, async (tx) => {
    const rows = await lockWithAdministrators(tx.query, [accountId]);
    const account = rows.find(({ id }) => id === accountId);
    if (!account || account.state === "DELETING") return false;
    if (account.roles.includes(storedRole(role))) return true;
    const roles = [...account.roles, storedRole(role)];
    await setRoles(tx, accountId, roles, now);
    tx.publish(RoleChangedSchema, { accountId, roles: rolesOf({ roles }) });
    return true;
  });
