import { createPublicKey, type KeyObject } from "node:crypto";
import type { JsonWebKey } from "#gen/skein/identity/v1/session_service_pb.ts";
import { failure } from "../failures.ts";

const RETRY_MS = 5_000;
const REFRESH_MS = 5 * 60_000;

/** The keys that access tokens may be signed with. A token only chooses among them, it brings none. */
export interface KeySet {
  /** The key of this name, or undefined if identity has none. */
  find(kid: string, now: Date): Promise<KeyObject | undefined>;
}

/**
 * Keeps identity's published keys. They are fetched again for a name that is not among them, but seldom, however many
 * such tokens come; while identity is away the known ones stay good. `onWithdrawn`: what was verified by a key that is
 * gone must not be believed any more.
 */
export function createKeySet(fetchKeys: () => Promise<readonly JsonWebKey[]>, onWithdrawn: () => void): KeySet {
  let keys: ReadonlyMap<string, KeyObject> | undefined;
  let triedAt = Number.NEGATIVE_INFINITY;
  let fetching: Promise<void> | undefined;

  const fetch = (now: Date): Promise<void> => {
    if (!fetching && now.getTime() - triedAt >= RETRY_MS) {
      triedAt = now.getTime();
      fetching = fetchKeys()
        .then((fresh) => {
          const before = keys ?? new Map();
          const after = importAll(fresh);
          keys = after;
          if ([...before.keys()].some((kid) => !after.has(kid))) onWithdrawn();
        })
        .catch(() => undefined) // the old ones go on; without any, `find` says so
        .finally(() => {
          fetching = undefined;
        });
    }
    return fetching ?? Promise.resolve();
  };
  return {
    async find(kid, now) {
      const known = keys?.get(kid);
      if (known) {
        if (now.getTime() - triedAt >= REFRESH_MS) void fetch(now); // so that withdrawn keys do not stay for ever
        return known;
      }
      await fetch(now);
      if (!keys) throw failure("KEYS_UNAVAILABLE", { retryAfterMs: 1_000 });
      return keys.get(kid);
    },
  };
}

function importAll(published: readonly JsonWebKey[]): Map<string, KeyObject> {
  const usable = published.filter(
    ({ kty, crv, alg, use }) =>
      kty === "OKP" && crv === "Ed25519" && (alg || "EdDSA") === "EdDSA" && (use || "sig") === "sig",
  );
  return new Map(
    usable.map(({ kid, x }) => [kid, createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" })]),
  );
}
