import {
  create,
  type DescMessage,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";

/**
 * An answer that is bytes already. A handler whose answer lies about in encoded form (cards from a cache, concatenated:
 * `repeated bytes` has the same wire form as `repeated PostCard`) returns `encoded(Schema, bytes)` instead of a message,
 * from a unary method or as a message of a stream. Callers who speak binary get these very bytes, in one process and
 * between processes; for JSON, gRPC and typed clients they are decoded where they must be. The bytes are not checked:
 * they must be a message of the method's answer, and whoever hands them over does not change them afterwards.
 *
 *     return encoded(ReadHomeResponseSchema, Buffer.concat(parts));
 */
export function encoded<M extends DescMessage>(_schema: M, bytes: Uint8Array): MessageInitShape<M> {
  return { [held]: bytes } as unknown as MessageInitShape<M>;
}

const held = Symbol("encoded answer");

/** What a unary handler answers, its type forgotten. */
export type Answer = MessageInitShape<DescMessage>;

const bytesIn = (answer: Answer): Uint8Array | undefined => (answer as { [held]?: Uint8Array })[held];

/** The bytes of an answer, whichever way it was given. */
export const answerBytes = (schema: DescMessage, answer: Answer): Uint8Array =>
  bytesIn(answer) ?? toBinary(schema, create(schema, answer));

/** The message of an answer, whichever way it was given: for those who cannot take bytes. */
export function answerMessage(schema: DescMessage, answer: Answer): MessageShape<DescMessage> {
  const bytes = bytesIn(answer);
  return bytes ? fromBinary(schema, bytes) : create(schema, answer);
}
