import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import { type Code, ConnectError } from "@connectrpc/connect";
import { FailureSchema } from "#gen/skein/common/v1/failure_pb.ts";

/** What a refused call was told. */
export interface Refusal {
  readonly code: Code;
  readonly domain: string;
  readonly reason: string;
  readonly facts: Record<string, string>;
  details<D extends DescMessage>(schema: D): MessageShape<D>[];
}

/** Waits for a call to be refused; one that succeeds fails the test. */
export async function refusal(call: Promise<unknown>): Promise<Refusal> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ConnectError)) throw new Error(`not refused, but ${String(error)}`);
  const [failure] = error.findDetails(FailureSchema);
  if (!failure) throw new Error(`refused without a reason: ${error.message}`, { cause: error });
  const { domain, reason, facts } = failure;
  return { code: error.code, domain, reason, facts, details: (schema) => error.findDetails(schema) };
}
