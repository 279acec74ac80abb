import { duration, flag, int, list, text } from "#mesh/config.ts";

/** What an operator may set about the public edge. */
export const config = {
  host: text("GATEWAY_HOST", "127.0.0.1", { about: "Address of the public port" }),
  port: int("GATEWAY_PORT", 7700, { min: 0, max: 65535, about: "The public port; 0 for any free one" }),
  hosts: list("GATEWAY_HOSTS", [], { about: "Host names, without port, that requests may address; empty for any" }),
  origins: list("GATEWAY_ORIGINS", [], {
    about: "Web origins whose pages may call, like https://app.example; empty for the gateway's own only",
  }),
  trustedProxies: int("GATEWAY_TRUSTED_PROXIES", 0, {
    min: 0,
    max: 16,
    about: "Proxies in front that append to X-Forwarded-For; 0 means the header is not believed",
  }),
  reflection: flag("GATEWAY_REFLECTION", true, { about: "Serve gRPC reflection on the public port" }),
  limitAnonymous: int("GATEWAY_LIMIT_ANONYMOUS", 30, {
    min: 0,
    about: "Cost units per minute and address of calls without a token; 0 for no limit",
  }),
  limitAccount: int("GATEWAY_LIMIT_ACCOUNT", 200, {
    min: 0,
    about: "Cost units per minute and account; 0 for no limit",
  }),
  limitWrites: int("GATEWAY_LIMIT_WRITES", 60, {
    min: 0,
    about: "Cost units of mutations per minute and account, as a bucket that refills steadily; 0 for no limit",
  }),
  limitGuarded: int("GATEWAY_LIMIT_GUARDED", 10, {
    min: 0,
    about: "Calls of sign-in, recovery and the like per minute and address; 0 for no limit",
  }),
  lean: flag("GATEWAY_LEAN", true, {
    about: "Answer usual unary calls on the short path; off sends every call through Connect, at three times the price",
  }),
  maxInFlight: int("GATEWAY_MAX_IN_FLIGHT", 1024, { min: 1, about: "Calls under way at once before more are refused" }),
  maxConnections: int("GATEWAY_MAX_CONNECTIONS", 10_000, { min: 1, about: "Open connections to the public port" }),
  headerTimeout: duration("GATEWAY_HEADER_TIMEOUT", "10s", {
    min: "100ms",
    about: "How long a client may take to send a request's headers",
  }),
  requestTimeout: duration("GATEWAY_REQUEST_TIMEOUT", "60s", {
    min: "100ms",
    about: "How long a client may take to send a whole request",
  }),
  issuer: text("IDENTITY_ISSUER", "skein", { about: "Issuer and audience of access tokens" }),
  drain: duration("DRAIN_TIME", "10s", { about: "How long a stopping process waits for calls under way" }),
};
