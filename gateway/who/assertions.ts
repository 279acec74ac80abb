import type { Actor } from "#mesh/context.ts";
import { ASSERTION_MS, assertActor } from "#mesh/identity/assertion.ts";
import type { Keyring } from "#mesh/identity/keyring.ts";
import { recent } from "#mesh/identity/recent.ts";

/** An assertion is not used to its last second: calls made with it must still be able to make others. */
const RENEW_MS = ASSERTION_MS / 5;
const MOST = 10_000;

interface Minted {
  readonly assertion: string;
  readonly issuedAt: number;
  readonly renewAt: number;
}

/** Signs, for the mesh, who an outside token stands for: once per token and few minutes, never longer than the token. */
export function createAssertions(keyring: Keyring): (token: string, actor: Actor, now: Date) => string {
  const minted = recent<Minted>(MOST);
  return (token, actor, now) => {
    const time = now.getTime();
    const issuedAt = actor.issuedAt.getTime();
    const known = minted.get(token);
    if (known && known.issuedAt === issuedAt && known.renewAt > time) return known.assertion;
    const end = actor.expiresAt.getTime();
    const expiresAt = Math.min(end, time + ASSERTION_MS);
    const assertion = assertActor(keyring, { ...actor, expiresAt: new Date(expiresAt) });
    minted.set(token, { assertion, issuedAt, renewAt: expiresAt === end ? end : expiresAt - RENEW_MS });
    return assertion;
  };
}
