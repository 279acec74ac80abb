import { clone, create, type DescMessage, type MessageShape } from "@bufbuild/protobuf";
import { type ReflectMessage, reflect } from "@bufbuild/protobuf/reflect";
import type { FieldMask } from "@bufbuild/protobuf/wkt";
import { failure } from "../failures.ts";

/**
 * A message with what a change says put into it: the fields that the mask names, or without one those that are set. A
 * field of a message in it is named by its path, "factors.likes". Unknown fields, and those of the service, are refused.
 */
export function mergeMasked<M extends DescMessage>(
  schema: M,
  held: MessageShape<M>,
  change: MessageShape<M>,
  mask: FieldMask | undefined,
  own: readonly string[] = [],
): MessageShape<M> {
  const next = reflect(schema, clone(schema, held));
  const given = reflect(schema, change);
  const paths = mask?.paths.length ? mask.paths : setIn(given).filter((path) => !own.includes(path));
  for (const path of paths) {
    if (own.includes(path)) throw unknown(path);
    put(next, given, path.split("."), path);
  }
  return next.message as MessageShape<M>;
}

const setIn = (message: ReflectMessage): string[] =>
  message.fields.filter((field) => message.isSet(field)).map(({ name }) => name);

function put(next: ReflectMessage, given: ReflectMessage | undefined, names: readonly string[], path: string): void {
  const [name, ...inner] = names;
  const field = next.fields.find((one) => one.name === name);
  if (!field) throw unknown(path);
  if (inner.length > 0) {
    if (field.fieldKind !== "message") throw unknown(path);
    if (!next.isSet(field)) next.set(field, reflect(field.message, create(field.message)));
    const within = given?.isSet(field) ? given.get(field) : undefined;
    put(next.get(field), within, inner, path);
  } else if (given?.isSet(field)) next.set(field, given.get(field));
  else next.clear(field);
}

const unknown = (path: string) =>
  failure("UNKNOWN_FIELD", { facts: { field: path }, fields: { [`update_mask.${path}`]: "is no field to be set" } });
