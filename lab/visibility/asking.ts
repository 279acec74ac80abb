import { create, type DescMethod, type Message, toBinary, toJsonString } from "@bufbuild/protobuf";
import { Code, ConnectError, type Transport } from "@connectrpc/connect";
import { FailureSchema } from "#gen/skein/common/v1/failure_pb.ts";
import type { Viewer } from "./viewers.ts";

/** What came of a call: an answer, or a refusal told to the last byte. */
export type Outcome = { readonly answer: Message; readonly refusal?: undefined } | { readonly refusal: string };

/** Calls a method for a viewer. */
export async function ask(transport: Transport, method: DescMethod, viewer: Viewer, request: object): Promise<Outcome> {
  const input = create(method.input, request as never);
  const headers = viewer.options.headers;
  try {
    const { message } = await transport.unary(method as never, undefined, 10_000, headers, input as never);
    return { answer: message };
  } catch (thrown) {
    return { refusal: wordsOf(ConnectError.from(thrown)) };
  }
}

/** A refusal with everything that a caller gets of it but the id of the call: code, words, details, headers. */
function wordsOf(error: ConnectError): string {
  const { code, rawMessage: message, metadata } = error;
  const details = error.details.map((detail) =>
    "type" in detail
      ? [detail.type, Buffer.from(detail.value).toString("latin1")]
      : [
          detail.desc.typeName,
          Buffer.from(toBinary(detail.desc, create(detail.desc, detail.value))).toString("latin1"),
        ],
  );
  const [failure] = error.findDetails(FailureSchema);
  const headers = [...metadata].filter(([name]) => name !== "date");
  const words = JSON.stringify({ code: Code[code], reason: failure?.reason, message, details, headers });
  return failure?.requestId ? words.replaceAll(failure.requestId, "id") : words;
}

/** The outcome without what was asked for: what is left must not tell it from what nobody has. */
export function bare(method: DescMethod, outcome: Outcome, asked: readonly string[]): string {
  const words = outcome.refusal ?? toJsonString(method.output, outcome.answer);
  return asked.reduce((text, one) => text.replaceAll(one, "asked"), words);
}
