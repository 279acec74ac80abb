import { createHmac, type KeyObject } from "node:crypto";
import {
  clearField,
  clone,
  type DescMessage,
  type DescMethod,
  isFieldSet,
  type Message,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import { Replay } from "#gen/skein/options/v1/options_pb.ts";
import type { ReplayKey } from "../context.ts";
import { careOf, heldIn, isMutation, optionsOf } from "../contract.ts";
import type { CallHeaders } from "../exchange.ts";
import { meshFailure } from "../failure.ts";

const HEADER = "idempotency-key";
const FIELD = "idempotency_key";
const MAX_KEY = 128;

/** Reads the idempotency key, from the field or the header, and binds it to its caller and its request. */
export function replayKeyOf<M extends DescMethod>(
  method: M,
  message: MessageShape<M["input"]>,
  headers: Pick<CallHeaders, "get">,
  scope: string,
  secret: KeyObject,
): ReplayKey | undefined {
  if (!isMutation(method) || optionsOf(method).replay === Replay.NATURAL) return undefined;
  const field = method.input.fields.find(({ name }) => name === FIELD);
  const inBody = field ? String((message as Record<string, unknown>)[field.localName] ?? "") : "";
  const inHeader = headers.get(HEADER) ?? "";
  if (inBody && inHeader && inBody !== inHeader)
    throw meshFailure("IDEMPOTENCY_KEY_MISMATCH", { fields: { [FIELD]: "differs from the header" } });
  const key = inBody || inHeader;
  if (!key) return undefined;
  if (key.length > MAX_KEY)
    throw meshFailure("INVALID_REQUEST", { fields: { [FIELD]: `is longer than ${MAX_KEY} characters` } });
  const bare = clone(method.input, message);
  strip(method.input, bare);
  return { scope, key, fingerprint: createHmac("sha256", secret).update(toBinary(method.input, bare)).digest() };
}

// What is secret must not become a hash to guess it by; the key itself says nothing about the request.
function strip<M extends DescMessage>(schema: M, message: MessageShape<M>): void {
  for (const field of schema.fields) {
    if (!isFieldSet(message, field)) continue;
    const value = heldIn(message, field);
    if (field.name === FIELD || careOf(field).secret) clearField(message, field);
    else if (field.fieldKind === "message") strip(field.message, value as Message);
    else if (field.fieldKind === "list" && field.message)
      for (const one of value as Message[]) strip(field.message, one);
  }
}
