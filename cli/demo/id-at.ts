import type { Chance } from "./chance.ts";

/** An id like those that services make (UUIDv7), of a moment that may be long ago; the rest of it is chance. */
export function idAt(at: number, chance: Chance): string {
  const time = Math.floor(at).toString(16).padStart(12, "0");
  const hex = (bits: number) =>
    Math.floor(chance.word() / 2 ** (32 - bits))
      .toString(16)
      .padStart(bits / 4, "0");
  const variant = (8 + chance.below(4)).toString(16);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${hex(12)}-${variant}${hex(12)}-${hex(24)}${hex(24)}`;
}
