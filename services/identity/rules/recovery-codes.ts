import type { Chance } from "#mesh/lent.ts";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const GROUP = 5;

/** New recovery codes like K3VQA-7TB2M: 50 bits of chance each, in letters and digits that are not mistaken for each other. */
export function makeRecoveryCodes(chance: Chance, count = 10): string[] {
  return Array.from({ length: count }, () => {
    const letters = [...chance.bytes(2 * GROUP)].map((byte) => ALPHABET[byte & 31]).join("");
    return `${letters.slice(0, GROUP)}-${letters.slice(GROUP)}`;
  });
}

/** A code as somebody typed it, brought to the one form that is hashed; undefined if it cannot be one. */
export function plainRecoveryCode(typed: string): string | undefined {
  const plain = typed
    .toUpperCase()
    .replaceAll(/[\s-]/g, "")
    .replaceAll("0", "O")
    .replaceAll("1", "I")
    .replaceAll("8", "B");
  return /^[A-Z2-7]{10}$/.test(plain) ? plain : undefined;
}
