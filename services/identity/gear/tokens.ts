import { createHmac, timingSafeEqual } from "node:crypto";
import type { Keyring } from "#mesh/identity/keyring.ts";

/** The kinds of bearer tokens that identity makes besides access tokens. */
export type TokenKind = "refresh" | "app" | "once";

/** A token taken apart; it is genuine, but not necessarily still good. */
export interface ReadToken {
  readonly id: string;
  readonly generation: number;
}

/** Makes and reads tokens that are MACs over an id: the same row always gives the same token, and no row holds one. */
export interface TokenMint {
  make(kind: TokenKind, id: string, generation?: number): string;
  read(kind: TokenKind, token: string): ReadToken | undefined;
}

/** How each kind begins; scanners for leaked secrets go by it. */
export const PREFIX: Record<TokenKind, string> = { refresh: "skr", app: "ska", once: "sko" };

/** Tokens under keys that only identity can derive, one per kind. */
export function createTokens(keyring: Keyring): TokenMint {
  const keys = {
    refresh: keyring.derive("token refresh"),
    app: keyring.derive("token app"),
    once: keyring.derive("token once"),
  };
  const mac = (kind: TokenKind, body: string) => createHmac("sha256", keys[kind]).update(body).digest("base64url");
  const make = (kind: TokenKind, id: string, generation = 0) => {
    const body = `${id.replaceAll("-", "")}.${generation.toString(36)}`;
    return `${PREFIX[kind]}_${body}.${mac(kind, body)}`;
  };
  return {
    make,
    read(kind, token) {
      const match = /^(sk[rao])_([0-9a-f]{32})\.([0-9a-z]{1,7})\.([\w-]{43})$/.exec(token);
      if (!match) return undefined;
      const [, prefix = "", hex = "", generation = "", given = ""] = match;
      const wanted = mac(kind, `${hex}.${generation}`);
      if (prefix !== PREFIX[kind] || !timingSafeEqual(Buffer.from(given), Buffer.from(wanted))) return undefined;
      const id = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
      return { id, generation: Number.parseInt(generation, 36) };
    },
  };
}
