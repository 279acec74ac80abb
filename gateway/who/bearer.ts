import type { CallHeaders } from "#mesh/exchange.ts";
import { meshFailure } from "#mesh/failure.ts";

/** Long enough for every token of ours, short enough that nobody makes us hash megabytes. */
const LONGEST = 4096;

/** The token that a caller shows; undefined only if there is no Authorization header at all. */
export function bearerOf(headers: CallHeaders): string | undefined {
  const header = headers.get("authorization");
  if (header === null || header === undefined) return undefined;
  const [, token] = /^bearer +([\w.~+/-]+=*)$/i.exec(header) ?? [];
  if (token === undefined || token.length > LONGEST) throw meshFailure("TOKEN_INVALID");
  return token;
}
