import { createHmac, timingSafeEqual } from "node:crypto";

const STEP_MS = 30_000;
const DIGITS = 6;
/** Clocks of telephones are wrong by this many steps at most. */
const WINDOW = 1;
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** The code of one time step (RFC 6238 over RFC 4226, SHA-1). */
export function totpAt(secret: Uint8Array, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac("sha1", secret).update(counter).digest();
  const offset = mac.readUInt8(mac.length - 1) & 0xf;
  const number = mac.readUInt32BE(offset) & 0x7fffffff;
  return String(number % 10 ** DIGITS).padStart(DIGITS, "0");
}

/** The time step of a moment. */
export const stepOf = (now: Date): number => Math.floor(now.getTime() / STEP_MS);

/** The step that a code belongs to, if it is a good one and later than the last one used: a code is good once. */
export function verifyTotp(secret: Uint8Array, code: string, now: Date, lastStep: number): number | undefined {
  const given = code.replaceAll(/\s/g, "");
  if (!/^\d{6}$/.test(given)) return undefined;
  let found: number | undefined;
  for (let step = stepOf(now) - WINDOW; step <= stepOf(now) + WINDOW; step++) {
    const equal = timingSafeEqual(Buffer.from(totpAt(secret, step)), Buffer.from(given));
    if (equal && step > lastStep) found ??= step;
  }
  return found;
}

/** Base32 without padding, as authenticator apps take it. */
export function base32(bytes: Uint8Array): string {
  let text = "";
  let held = 0;
  let bits = 0;
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xfff;
    bits += 8;
    for (; bits >= 5; bits -= 5) text += ALPHABET[(held >> (bits - 5)) & 31];
  }
  return bits > 0 ? text + ALPHABET[(held << (5 - bits)) & 31] : text;
}

/** What a QR code holds for authenticator apps. */
export function otpauthUri({
  issuer,
  account,
  secret,
}: {
  issuer: string;
  account: string;
  secret: Uint8Array;
}): string {
  const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(account)}`;
  return `otpauth://totp/${label}?secret=${base32(secret)}&issuer=${encodeURIComponent(issuer)}&algorithm=SHA1&digits=${DIGITS}&period=${STEP_MS / 1000}`;
}
