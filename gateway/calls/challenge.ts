import { Code, type ConnectError } from "@connectrpc/connect";
import type { ExpectedFailure } from "#mesh/failure.ts";

const BAD_TOKEN = new Set(["TOKEN_INVALID", "TOKEN_EXPIRED", "TOKEN_REVOKED"]);

/** Tells a client, in the words of RFC 6750, what kind of token would have helped. */
export function challenge(error: ConnectError, failure: ExpectedFailure | undefined): void {
  const about = (kind: string) => `Bearer error="${kind}", error_description="${failure?.message ?? ""}"`;
  if (failure?.reason === "SCOPE_MISSING") error.metadata.set("WWW-Authenticate", about("insufficient_scope"));
  if (error.code !== Code.Unauthenticated) return;
  error.metadata.set("WWW-Authenticate", BAD_TOKEN.has(failure?.reason ?? "") ? about("invalid_token") : "Bearer");
}
