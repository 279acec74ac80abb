import type { DescMethod } from "@bufbuild/protobuf";
import { Auth, Role } from "#gen/skein/options/v1/options_pb.ts";
import type { Actor } from "../context.ts";
import { nameOf, optionsOf } from "../contract.ts";
import type { CallHeaders } from "../exchange.ts";
import { meshFailure } from "../failure.ts";
import { ACTOR_HEADER, CLIENT_HEADER, HOP_HEADER, readHop } from "../identity/hop.ts";
import type { Keyring } from "../identity/keyring.ts";
import type { Revocations } from "../identity/revocations.ts";

/** What is needed to tell who calls. */
export interface Guard {
  readonly keyring: Keyring;
  readonly readAssertion: (assertion: string, now: Date) => Actor;
  readonly revocations: Revocations;
  /** Whether a service lists this contract among its calls. */
  readonly mayCall: (from: string, method: DescMethod) => boolean;
}

/** Who makes a call, proven. */
export interface Admitted {
  readonly from: string;
  readonly actor: Actor | undefined;
  readonly assertion: string;
  readonly clientAddress: string;
}

/** Proves the calling service and the account behind it, from headers alone, and asks the contract whether they may. */
export function admit(guard: Guard, method: DescMethod, headers: CallHeaders, now: Date): Admitted {
  const assertion = headers.get(ACTOR_HEADER) ?? "";
  const clientAddress = headers.get(CLIENT_HEADER) ?? "";
  const hop = { method: nameOf(method), assertion, client: clientAddress };
  const from = readHop(guard.keyring, headers.get(HOP_HEADER) ?? null, hop, now);
  if (!guard.mayCall(from, method)) throw meshFailure("CALLER_REFUSED", { facts: { caller: from } });
  const actor = assertion === "" ? undefined : guard.readAssertion(assertion, now);
  if (actor && guard.revocations.revoked(actor)) throw meshFailure("TOKEN_REVOKED");
  authorize(method, actor);
  return { from, actor, assertion, clientAddress };
}

/** Whether an account may call a method: signed in, not suspended, with the role and the scope that it declares. */
export function authorize(method: DescMethod, actor: Actor | undefined): void {
  const { auth, roles, scope, whileSuspended } = optionsOf(method);
  if (auth !== Auth.USER) {
    if (actor?.scopes && scope && !actor.scopes.includes(scope))
      throw meshFailure("SCOPE_MISSING", { facts: { scope } });
    return;
  }
  if (!actor) throw meshFailure("UNAUTHENTICATED");
  if (actor.scopes && (!scope || !actor.scopes.includes(scope))) {
    throw meshFailure("SCOPE_MISSING", { facts: { scope: scope || "none: app tokens cannot call this" } });
  }
  if (actor.suspended && !whileSuspended) throw meshFailure("ACCOUNT_SUSPENDED");
  if (roles.length > 0 && !roles.some((role) => actor.roles.includes(role))) {
    throw meshFailure("ROLE_MISSING", { facts: { roles: roles.map(roleName).join(",") } });
  }
}

const roleName = (role: Role) => Object.entries(Role).find(([, value]) => value === role)?.[0] ?? String(role);
