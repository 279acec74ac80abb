import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { sql } from "#mesh/store/sql.ts";
import type { Deps } from "../deps.ts";
import { planKeys, type SigningSpan } from "../rules/key-plan.ts";
import type { Query } from "./accounts.ts";
import { LEEWAY_MS } from "./revoke.ts";

/** A key of access tokens; its private part never leaves the process in the clear. */
export interface SigningKey extends SigningSpan {
  readonly kid: string;
  readonly x: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/** What keeping keys needs. */
export type KeyDeps = Pick<Deps, "db" | "vault" | "ids" | "chance" | "config">;

interface KeyRow {
  kid: string;
  sealed: Buffer;
  public_x: string;
  signs_from: string;
  signs_until: string;
}

/** Ed25519 in PKCS #8, up to the 32 bytes that are the key. */
const PKCS8 = Buffer.from("302e020100300506032b657004220420", "hex");
const sealedFor = (kid: string) => `signing-key:${kid}`;

/** Reads all keys whose tokens may still be alive; makes those that are missing, once however many replicas try. */
export async function keepSigningKeys(deps: KeyDeps, now: Date): Promise<SigningKey[]> {
  const rotationMs = deps.config.keyRotation;
  const keys = await readKeys(deps.db.query, deps, now);
  if (planKeys(keys, { now, rotationMs }).add.length === 0) return keys;
  return deps.db.commit(undefined, async ({ query }) => {
    await query(sql`select pg_advisory_xact_lock(hashtext('skein signing keys'))`);
    const locked = await readKeys(query, deps, now);
    const plan = planKeys(locked, { now, rotationMs });
    if (plan.extendTo) {
      await query(sql`update signing_key set signs_until = ${plan.extendTo}, verifies_until = ${verifiesUntil(deps, plan.extendTo)}
        where signs_from = (select max(signs_from) from signing_key)`);
    }
    for (const span of plan.add) await addKey(query, deps, span, now);
    return plan.add.length > 0 ? await readKeys(query, deps, now) : locked;
  });
}

/** Drops keys that no living token was signed with. */
export async function dropDeadKeys(query: Query, now: Date): Promise<void> {
  await query(sql`delete from signing_key where verifies_until < ${now}`);
}

async function readKeys(query: Query, { vault }: Pick<Deps, "vault">, now: Date): Promise<SigningKey[]> {
  const rows = await query<KeyRow>(sql`select kid, sealed, public_x, signs_from, signs_until from signing_key
    where verifies_until >= ${now} order by signs_from`);
  return rows.map(({ kid, sealed, public_x, signs_from, signs_until }) => {
    const privateKey = fromSeed(vault.open(sealedFor(kid), sealed));
    const publicKey = createPublicKey(privateKey);
    return {
      kid,
      x: public_x,
      privateKey,
      publicKey,
      signsFrom: new Date(signs_from),
      signsUntil: new Date(signs_until),
    };
  });
}

async function addKey(query: Query, deps: KeyDeps, { signsFrom, signsUntil }: SigningSpan, now: Date): Promise<void> {
  const kid = deps.ids.next();
  const seed = deps.chance.bytes(32);
  const { x } = createPublicKey(fromSeed(seed)).export({ format: "jwk" });
  await query(sql`insert into signing_key (kid, sealed, public_x, created_at, signs_from, signs_until, verifies_until)
    values (${kid}, ${deps.vault.seal(sealedFor(kid), seed)}, ${x}, ${now}, ${signsFrom}, ${signsUntil}, ${verifiesUntil(deps, signsUntil)})`);
}

const fromSeed = (seed: Uint8Array) =>
  createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: "der", type: "pkcs8" });
const verifiesUntil = ({ config }: Pick<Deps, "config">, signsUntil: Date) =>
  new Date(signsUntil.getTime() + config.accessTtl + LEEWAY_MS);
