import type { DescField, DescMessage, DescMethod, DescService, Message } from "@bufbuild/protobuf";
import { getOption, hasOption } from "@bufbuild/protobuf";
import { MethodOptions_IdempotencyLevel } from "@bufbuild/protobuf/wkt";
import { field as fieldOption, type MethodOptions, method as methodOption } from "#gen/skein/options/v1/options_pb.ts";

const DEFAULT_MAX_BYTES = 64 * 1024;

// Reading an option decodes it anew from the descriptor: a call asks for its method's a dozen times.
const read = new WeakMap<DescMethod, MethodOptions>();

/** What a method declares about itself; a method of ours that declares nothing is a mistake. */
export function optionsOf(method: DescMethod): MethodOptions {
  const known = read.get(method);
  if (known) return known;
  if (!hasOption(method, methodOption)) throw new Error(`${nameOf(method)} has no skein.options.v1.method`);
  const options = getOption(method, methodOption);
  read.set(method, options);
  return options;
}

/** Health and reflection are others' contracts and carry no options of ours. */
export const isOurs = (service: DescService): boolean => service.typeName.startsWith("skein.");

/** The full name by which people and logs call a method. */
export const nameOf = (method: DescMethod): string => `${method.parent.typeName}/${method.name}`;

/** A mutation is a method that does not declare NO_SIDE_EFFECTS. */
export const isMutation = (method: DescMethod): boolean =>
  method.idempotency !== MethodOptions_IdempotencyLevel.NO_SIDE_EFFECTS;

/** The largest request a method takes. */
export const maxBytesOf = (method: DescMethod): number => optionsOf(method).maxBytes || DEFAULT_MAX_BYTES;

/** What a field declares: personal, secret, set by the service alone. */
export const careOf = (field: DescField) => getOption(field, fieldOption);

/** The value of a field that is set, wherever the message keeps it. */
export function heldIn(message: Message, field: DescField): unknown {
  const values = message as unknown as Record<string, unknown>;
  return field.oneof ? (values[field.oneof.localName] as { value: unknown }).value : values[field.localName];
}

/** Visits every field reachable from a message type, once. */
export function* fieldsWithin(root: DescMessage, seen = new Set<string>()): Generator<DescField> {
  if (seen.has(root.typeName)) return;
  seen.add(root.typeName);
  for (const field of root.fields) {
    yield field;
    if (field.message) yield* fieldsWithin(field.message, seen);
  }
}
