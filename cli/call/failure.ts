import { Code, type ConnectError } from "@connectrpc/connect";
import { BadRequestSchema, RequestInfoSchema, RetryInfoSchema } from "#gen/google/rpc/error_details_pb.ts";
import { FailureSchema } from "#gen/skein/common/v1/failure_pb.ts";

/** Everything an error tells, for programs and for people. */
export interface Explained {
  readonly code: string;
  readonly reason?: string;
  readonly message: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly facts: Readonly<Record<string, string>>;
  readonly requestId?: string;
  readonly retryAfterMs?: number;
  /** All of it in lines. */
  readonly words: string;
}

/** Takes an error of a call apart. */
export function explainFailure(error: ConnectError): Explained {
  const [failure] = error.findDetails(FailureSchema);
  const violations = error.findDetails(BadRequestSchema).flatMap(({ fieldViolations }) => fieldViolations);
  const fields = Object.fromEntries(violations.map(({ field, description }) => [field, description]));
  const requestId =
    failure?.requestId ||
    error.findDetails(RequestInfoSchema)[0]?.requestId ||
    error.metadata.get("x-request-id") ||
    undefined;
  const delay = error.findDetails(RetryInfoSchema)[0]?.retryDelay;
  const retryAfterMs = delay && Number(delay.seconds) * 1000 + delay.nanos / 1_000_000;
  const code = (Code[error.code] ?? "Unknown").replace(/(?<=[a-z])(?=[A-Z])/g, "_").toUpperCase();
  const facts = failure?.facts ?? {};
  const lines = [
    [code, failure?.reason !== code && failure?.reason, error.rawMessage].filter(Boolean).join("  "),
    ...Object.entries(fields)
      .map(([field, what]) => `${field}: ${what}`)
      .filter((line) => line !== error.rawMessage)
      .map((line) => `  ${line}`),
    ...Object.entries(facts).map(([name, value]) => `  ${name} = ${value}`),
    ...(retryAfterMs === undefined ? [] : [`  try again in ${Math.ceil(retryAfterMs / 1000)} s`]),
    ...(requestId ? [`  request ${requestId} · ./skein logs --trace ${requestId}`] : []),
  ];
  return {
    code,
    ...(failure && { reason: failure.reason }),
    message: error.rawMessage,
    fields,
    facts,
    ...(requestId && { requestId }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    words: lines.join("\n"),
  };
}
