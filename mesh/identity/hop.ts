import { createHmac, type KeyObject, timingSafeEqual } from "node:crypto";
import { meshFailure } from "../failure.ts";
import type { Keyring } from "./keyring.ts";
import { recent } from "./recent.ts";

/** Carries the MAC by which the calling service proves itself. */
export const HOP_HEADER = "skein-hop";
/** Carries the gateway's assertion about the account. */
export const ACTOR_HEADER = "skein-actor";
/** Carries the outermost client's address; believed because the MAC covers it. */
export const CLIENT_HEADER = "skein-client";
const HOP_MS = 60_000;
/** A proof says nothing about a body and holds for a minute: for so long the same call is given the same one. */
const SAME_MS = 10_000;
const MOST = 2_000;
/** By their ends assertions are found, whole they are compared: to look one up by all of it would cost as much as a MAC. */
const TELLING = 32;

/** What a hop's MAC covers beside the two services. */
export interface Hop {
  /** Full method name. */
  readonly method: string;
  readonly assertion: string;
  readonly client: string;
}

/** Proves to `callee` that this service makes this call, for the next minute. */
export function signHop(keyring: Keyring, callee: string, hop: Hop, now: Date): string {
  const { signed } = memoryOf(keyring);
  const about = `${callee}\n${hop.method}\n${hop.client}\n${hop.assertion.slice(-TELLING)}`;
  const time = now.getTime();
  const former = signed.get(about);
  const same = former?.assertion === hop.assertion;
  if (former && same && former.at <= time && time - former.at < SAME_MS) return former.proof;
  const key = keyring.pairwise(callee);
  if (!key) throw new Error(`${keyring.service} has no key for ${callee}`);
  const exp = time + HOP_MS;
  const proof = `1.${keyring.service}.${exp}.${mac(key, keyring.service, callee, exp, hop)}`;
  signed.set(about, { at: time, proof, assertion: hop.assertion });
  return proof;
}

/** Returns the service that made the call, or refuses: forged, foreign, stale and missing proofs are one answer. */
export function readHop(keyring: Keyring, proof: string | null, hop: Hop, now: Date): string {
  const { good } = memoryOf(keyring);
  const known = proof ? good.get(proof) : undefined; // it was right before; only its time can have passed
  if (known && timely(known.exp, now) && sameHop(known, hop)) return known.caller;
  const [version, caller = "", expText = "", given = "", ...rest] = (proof ?? "").split(".");
  const exp = Number(expText);
  const key = version === "1" && rest.length === 0 && timely(exp, now) ? keyring.pairwise(caller) : undefined;
  if (!key || !proof) throw meshFailure("HOP_REFUSED");
  const wanted = Buffer.from(mac(key, caller, keyring.service, exp, hop));
  const got = Buffer.from(given);
  if (got.length !== wanted.length || !timingSafeEqual(got, wanted)) throw meshFailure("HOP_REFUSED");
  good.set(proof, { ...hop, caller, exp });
  return caller;
}

const timely = (exp: number, now: Date): boolean => exp > now.getTime() && exp <= now.getTime() + 2 * HOP_MS;

const sameHop = (one: Hop, other: Hop): boolean =>
  one.assertion === other.assertion && one.method === other.method && one.client === other.client;

interface Memory {
  readonly signed: ReturnType<typeof recent<{ at: number; proof: string; assertion: string }>>;
  readonly good: ReturnType<typeof recent<Hop & { caller: string; exp: number }>>;
}
const memories = new WeakMap<Keyring, Memory>();

function memoryOf(keyring: Keyring): Memory {
  const known = memories.get(keyring);
  if (known) return known;
  const memory: Memory = { signed: recent(MOST), good: recent(MOST) };
  memories.set(keyring, memory);
  return memory;
}

const textOf = ({ method, assertion, client }: Hop): string => `${method}\n${client}\n${assertion}`;

function mac(key: KeyObject, caller: string, callee: string, exp: number, hop: Hop): string {
  // The key is shared by both ends, so the direction must be in the text: otherwise a proof could be sent back.
  return createHmac("sha256", key)
    .update(`${caller}\n${callee}\n${exp}\n${textOf(hop)}`)
    .digest("base64url");
}
