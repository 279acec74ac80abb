import { createClient } from "@connectrpc/connect";
import { inject } from "vitest";
import { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import { callPolicy } from "#mesh/calls.ts";
import { createPeers } from "#mesh/host/peers.ts";
import { ASSERTION_MS, assertActor } from "#mesh/identity/assertion.ts";
import { ACTOR_HEADER, CLIENT_HEADER } from "#mesh/identity/hop.ts";
import { openKeyring } from "#mesh/identity/keyring.ts";
import { realLent } from "#mesh/lent.ts";

/** Calls the announcer as the gateway would, and again with the same key until there is an answer. */
export function openCaller(url: string) {
  const keyring = openKeyring(inject("servers").keys, "gateway");
  const lent = realLent();
  const peers = createPeers(new Map([["identity", url]]));
  const wire = peers.find("identity");
  if (!wire) throw new Error("no way to the announcer");
  const client = createClient(
    IdentityService,
    callPolicy(wire, { keyring, lent, ownerOf: () => "identity", retries: false }),
  );
  const headersOf = (accountId: string) => {
    const issuedAt = lent.clock.now();
    const expiresAt = new Date(issuedAt.getTime() + ASSERTION_MS);
    const actor = { accountId, sessionId: "", roles: [], suspended: false, issuedAt, expiresAt };
    return { [ACTOR_HEADER]: assertActor(keyring, actor), [CLIENT_HEADER]: "192.0.2.1" };
  };
  return {
    async announce(accountId: string, handle: string): Promise<void> {
      for (;;) {
        const answered = await client
          .changeHandle({ handle, idempotencyKey: handle }, { headers: headersOf(accountId), timeoutMs: 3_000 })
          .then(({ account }) => account?.etag === handle)
          .catch(() => false);
        if (answered) return;
        await lent.timers.sleep(50);
      }
    },
    [Symbol.dispose]: () => peers[Symbol.dispose](),
  };
}
