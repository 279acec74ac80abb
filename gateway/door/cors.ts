import { cors } from "@connectrpc/connect";

const ALLOWED = [
  ...cors.allowedHeaders,
  "Authorization",
  "Idempotency-Key",
  "If-None-Match",
  "Skein-Service",
  "Skein-Token",
  "traceparent",
  "tracestate",
  "X-Request-Id",
];
const EXPOSED = [
  ...cors.exposedHeaders,
  "ETag",
  "RateLimit",
  "RateLimit-Policy",
  "Retry-After",
  "Skein-Token",
  "traceparent",
  "WWW-Authenticate",
  "X-Request-Id",
];
const KEEP_S = 7_200;

/** Where a request comes from: no page, a page of this server, one of the listed origins, or another. */
export type Origin =
  | { readonly kind: "none" | "own" | "foreign" }
  | { readonly kind: "listed"; readonly origin: string };

/** Judges an Origin header. "null" is what sandboxes and files say, so it can stand for nobody. */
export function originOf(origin: string | undefined, authority: string, listed: readonly string[]): Origin {
  if (origin === undefined) return { kind: "none" };
  if (origin === "null" || !URL.canParse(origin)) return { kind: "foreign" };
  if (listed.includes(origin)) return { kind: "listed", origin };
  return { kind: new URL(origin).host === authority.toLowerCase() ? "own" : "foreign" };
}

/** What the pages of a listed origin are told with every answer. */
export const answerHeaders = (origin: string): Record<string, string> => ({
  "access-control-allow-origin": origin,
  "access-control-allow-credentials": "true",
  "access-control-expose-headers": EXPOSED.join(", "),
});

/** What a browser is told when it asks first. */
export const preflightHeaders = (origin: string): Record<string, string> => ({
  "access-control-allow-origin": origin,
  "access-control-allow-credentials": "true",
  "access-control-allow-methods": cors.allowedMethods.join(", "),
  "access-control-allow-headers": ALLOWED.join(", "),
  "access-control-max-age": String(KEEP_S),
});
