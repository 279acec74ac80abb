import {
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
} from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** One service's own keys and everybody's public ones. */
export interface Keyring {
  readonly service: string;
  /** Signs assertions: only the gateway's are believed. */
  readonly signing: KeyObject;
  /** The public signing key of a service, or nothing if it is unknown. */
  verifying(service: string): KeyObject | undefined;
  /** The key that only this service and that one can derive. */
  pairwise(service: string): KeyObject | undefined;
  /** A key for one purpose of this service alone: cursors, fingerprints, sealing. */
  derive(purpose: string): Buffer;
}

interface KeyPair {
  exchange: string;
  signing: string;
}
type Directory = Record<string, KeyPair>;

const DIRECTORY = "public.json";

/** Makes the keys of services that have none yet, each in a file that only its owner can read. */
export function ensureKeys(folder: string, services: readonly string[]): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const directory = readJson<Directory>(join(folder, DIRECTORY)) ?? {};
  const missing = services.filter((service) => !Object.hasOwn(directory, service));
  if (missing.length === 0) return;
  for (const service of missing) {
    const exchange = generateKeyPairSync("x25519");
    const signing = generateKeyPairSync("ed25519");
    const own: KeyPair = { exchange: exportPrivate(exchange.privateKey), signing: exportPrivate(signing.privateKey) };
    writeFileSync(join(folder, `${service}.json`), JSON.stringify(own), { mode: 0o600 });
    directory[service] = { exchange: exportPublic(exchange.publicKey), signing: exportPublic(signing.publicKey) };
  }
  writeFileSync(join(folder, DIRECTORY), `${JSON.stringify(directory, null, 2)}\n`, { mode: 0o644 });
}

/** Opens a service's keys; a service that has none cannot run. */
export function openKeyring(folder: string, service: string): Keyring {
  const own = readJson<KeyPair>(join(folder, `${service}.json`));
  const directory = readJson<Directory>(join(folder, DIRECTORY));
  if (!own || !directory) throw new Error(`no keys for ${service} in ${folder}: run "skein migrate" or mount them`);
  const exchange = importPrivate(own.exchange);
  const signing = importPrivate(own.signing);
  const seed = exchange.export({ type: "pkcs8", format: "der" });
  // The name is the caller's own word: what every object inherits is nobody's key.
  const peerOf = (name: string) => (Object.hasOwn(directory, name) ? directory[name] : undefined);
  const pairs = new Map<string, KeyObject>();
  const verifiers = new Map<string, KeyObject>();
  return {
    service,
    signing,
    verifying: (name) =>
      remember(verifiers, name, () => {
        const peer = peerOf(name);
        return peer && importPublic(peer.signing);
      }),
    pairwise: (name) =>
      remember(pairs, name, () => {
        const peer = peerOf(name);
        if (!peer) return undefined;
        const secret = diffieHellman({ privateKey: exchange, publicKey: importPublic(peer.exchange) });
        const ends = [service, name].sort().join("|"); // both ends must derive the same key
        // As a key object: with bare bytes every MAC would cost six times as much.
        return createSecretKey(Buffer.from(hkdfSync("sha256", secret, "", `skein hop ${ends}`, 32)));
      }),
    derive: (purpose) => Buffer.from(hkdfSync("sha256", seed, "", `skein ${service} ${purpose}`, 32)),
  };
}

function remember<T>(known: Map<string, T>, name: string, make: () => T | undefined): T | undefined {
  const found = known.get(name) ?? make();
  if (found !== undefined) known.set(name, found);
  return found;
}

function readJson<T>(path: string): T | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as T;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

const exportPrivate = (key: KeyObject) => key.export({ type: "pkcs8", format: "der" }).toString("base64");
const exportPublic = (key: KeyObject) => key.export({ type: "spki", format: "der" }).toString("base64");
const importPrivate = (text: string) =>
  createPrivateKey({ key: Buffer.from(text, "base64"), type: "pkcs8", format: "der" });
const importPublic = (text: string) =>
  createPublicKey({ key: Buffer.from(text, "base64"), type: "spki", format: "der" });
