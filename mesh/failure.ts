import { create, type DescMessage, type MessageInitShape } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import {
  BadRequestSchema,
  ErrorInfoSchema,
  RequestInfoSchema,
  ResourceInfoSchema,
  RetryInfoSchema,
} from "#gen/google/rpc/error_details_pb.ts";
import { FailureSchema } from "#gen/skein/common/v1/failure_pb.ts";

/** What a failure may tell beyond its reason. */
export interface FailureFacts {
  /** Facts a program may need to react. */
  facts?: Record<string, string>;
  /** Field path to what is wrong with it. */
  fields?: Record<string, string>;
  retryAfterMs?: number;
  /** Says it more exactly than the table's words. */
  words?: string | undefined;
  /** Further typed details. */
  details?: { desc: DescMessage; value: object }[];
  /** Kept for the log, never sent. */
  cause?: unknown;
}

/** A failure that callers must reckon with: it has a reason, and its words may be shown. */
export class ExpectedFailure extends Error {
  override readonly name = "ExpectedFailure";
  readonly domain: string;
  readonly reason: string;
  readonly code: Code;
  readonly more: FailureFacts;
  constructor(domain: string, reason: string, code: Code, words: string, more: FailureFacts) {
    super(words, { cause: more.cause });
    this.domain = domain;
    this.reason = reason;
    this.code = code;
    this.more = more;
  }
}

const LONGEST_TOLD = 256;

type Table = Record<string, readonly [code: Code, words: string]>;

/** Turns a service's table of expected failures into the one function that makes them. */
export function failuresOf<T extends Table>(domain: string, table: T) {
  const make = (reason: keyof T & string, more: FailureFacts = {}): ExpectedFailure => {
    const [code, words] = table[reason] ?? [Code.Internal, reason];
    return new ExpectedFailure(domain, reason, code, more.words ?? words, more);
  };
  return Object.assign(make, { domain, table });
}

/** The failures of the runtime itself. */
export const meshFailure = failuresOf("mesh", {
  UNAUTHENTICATED: [Code.Unauthenticated, "sign in first"],
  TOKEN_EXPIRED: [Code.Unauthenticated, "the access token has expired: refresh it"],
  TOKEN_INVALID: [Code.Unauthenticated, "the access token is not valid"],
  TOKEN_REVOKED: [Code.Unauthenticated, "the session has ended: sign in again"],
  HOP_REFUSED: [Code.Unauthenticated, "the calling service did not prove who it is"],
  ROLE_MISSING: [Code.PermissionDenied, "this needs another role"],
  SCOPE_MISSING: [Code.PermissionDenied, "the app token lacks the scope"],
  CALLER_REFUSED: [Code.PermissionDenied, "this method is not for that service"],
  ACCOUNT_SUSPENDED: [Code.PermissionDenied, "the account is suspended"],
  INVALID_REQUEST: [Code.InvalidArgument, "the request breaks a rule of its contract"],
  IDEMPOTENCY_KEY_MISMATCH: [Code.InvalidArgument, "header and field name different idempotency keys"],
  IDEMPOTENCY_KEY_REUSED: [Code.InvalidArgument, "the idempotency key was used for another request"],
  PAGE_TOKEN_INVALID: [Code.InvalidArgument, "the page token does not belong to this list"],
  CONSISTENCY_TOKEN_INVALID: [Code.InvalidArgument, "the consistency token is none that was given out here"],
  TOO_BUSY: [Code.ResourceExhausted, "too much at once: try again shortly"],
  RATE_LIMITED: [Code.ResourceExhausted, "the allowance is used up"],
  DATABASE_UNAVAILABLE: [Code.Unavailable, "the database does not answer: try again shortly"],
  PEER_LOST: [Code.Unavailable, "the service ended in the middle of the call: try again shortly"],
  NOBODY_SERVES: [Code.Unavailable, "no such service is reachable"],
});

/** What a caller gets to see of whatever was thrown. Only expected failures speak; all else is `internal`. */
export function toConnectError(thrown: unknown, requestId: string, signal?: AbortSignal): ConnectError {
  if (thrown instanceof ExpectedFailure) return expected(thrown, requestId);
  if (thrown instanceof ConnectError) return fromPeer(thrown, requestId);
  // Whatever an aborted call breaks on the way out, its caller is told why it was aborted.
  if (signal?.aborted && signal.reason instanceof ConnectError) return signal.reason;
  return unexpected(requestId, thrown);
}

function expected(failure: ExpectedFailure, requestId: string): ConnectError {
  const { domain, reason, more, code } = failure;
  const error = new ConnectError(failure.message, code, undefined, undefined, failure);
  const facts = Object.fromEntries(Object.entries(more.facts ?? {}).map(([name, fact]) => [name, short(fact)]));
  const add = error.details;
  add.push({
    desc: ErrorInfoSchema,
    value: create(ErrorInfoSchema, { domain: `${domain}.skein`, reason, metadata: facts }),
  });
  add.push({ desc: FailureSchema, value: create(FailureSchema, { domain, reason, facts, requestId }) });
  if (more.fields) {
    const fieldViolations = Object.entries(more.fields).map(([field, description]) => ({
      field: short(field),
      description: short(description),
      reason,
    }));
    add.push({ desc: BadRequestSchema, value: create(BadRequestSchema, { fieldViolations }) });
  }
  for (const { desc, value } of more.details ?? []) add.push({ desc, value: value as MessageInitShape<DescMessage> });
  if (code === Code.AlreadyExists) {
    add.push({ desc: ResourceInfoSchema, value: create(ResourceInfoSchema, { resourceType: facts.field ?? domain }) });
  }
  if (more.retryAfterMs !== undefined) {
    const ms = Math.max(0, Math.ceil(more.retryAfterMs));
    const retryDelay = { seconds: BigInt(Math.floor(ms / 1000)), nanos: (ms % 1000) * 1_000_000 };
    add.push({ desc: RetryInfoSchema, value: create(RetryInfoSchema, { retryDelay }) });
    error.metadata.set("Retry-After", String(Math.max(1, Math.ceil(ms / 1000))));
  }
  return error;
}

/** Some facts are the caller's own words, and gRPC sends them as headers: too many of those end its whole connection. */
const short = (text: string): string => (text.length > LONGEST_TOLD ? `${text.slice(0, LONGEST_TOLD)}...` : text);

/** A peer's expected failure passes as it is; its bugs stay its secret. */
function fromPeer(error: ConnectError, requestId: string): ConnectError {
  if (error.code === Code.Internal || error.code === Code.Unknown || error.code === Code.DataLoss) {
    return unexpected(requestId, error);
  }
  // Its metadata are the peer's own response headers (lengths, types): only what is meant for callers goes on.
  const passed = new ConnectError(error.rawMessage, error.code, undefined, undefined, error);
  passed.details = error.details;
  const retryAfter = error.metadata.get("Retry-After");
  if (retryAfter) passed.metadata.set("Retry-After", retryAfter);
  return passed;
}

function unexpected(requestId: string, cause: unknown): ConnectError {
  const error = new ConnectError(`internal error, request ${requestId}`, Code.Internal, undefined, undefined, cause);
  error.details.push({ desc: RequestInfoSchema, value: create(RequestInfoSchema, { requestId }) });
  return error;
}
