import { createHmac, type KeyObject, timingSafeEqual } from "node:crypto";
import { meshFailure } from "../failure.ts";
import type { Keyring } from "./keyring.ts";

/** Carries the MAC by which the calling service proves itself. */
export const HOP_HEADER = "skein-hop";
/** Carries the gateway's assertion about the account. */
export const ACTOR_HEADER = "skein-actor";
/** Carries the outermost client's address; believed because the MAC covers it. */
export const CLIENT_HEADER = "skein-client";
const HOP_MS = 60_000;

/** What a hop's MAC covers beside the two services. */
export interface Hop {
  /** Full method name. */
  readonly method: string;
  readonly assertion: string;
  readonly client: string;
}

/** Proves to `callee` that this service makes this call, for the next minute. */
export function signHop(keyring: Keyring, callee: string, hop: Hop, now: Date): string {
  const key = keyring.pairwise(callee);
  if (!key) throw new Error(`${keyring.service} has no key for ${callee}`);
  const exp = now.getTime() + HOP_MS;
  return `1.${keyring.service}.${exp}.${mac(key, keyring.service, callee, exp, hop)}`;
}

/** Returns the service that made the call, or refuses: forged, foreign, stale and missing proofs are one answer. */
export function readHop(keyring: Keyring, proof: string | null, hop: Hop, now: Date): string {
  const [version, caller = "", expText = "", given = "", ...rest] = (proof ?? "").split(".");
  const exp = Number(expText);
  const timely = exp > now.getTime() && exp <= now.getTime() + 2 * HOP_MS;
  const key = version === "1" && rest.length === 0 && timely ? keyring.pairwise(caller) : undefined;
  if (!key) throw meshFailure("HOP_REFUSED");
  const wanted = Buffer.from(mac(key, caller, keyring.service, exp, hop));
  const got = Buffer.from(given);
  if (got.length !== wanted.length || !timingSafeEqual(got, wanted)) throw meshFailure("HOP_REFUSED");
  return caller;
}

function mac(key: KeyObject, caller: string, callee: string, exp: number, { method, assertion, client }: Hop): string {
  // The key is shared by both ends, so the direction must be in the text: otherwise a proof could be sent back.
  return createHmac("sha256", key)
    .update(`${caller}\n${callee}\n${exp}\n${method}\n${client}\n${assertion}`)
    .digest("base64url");
}
