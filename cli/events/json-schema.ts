import { type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import { commentOn } from "./comments.ts";

/** A JSON Schema, or part of one. */
export type Schema = Readonly<Record<string, unknown>>;

const WELL_KNOWN: Readonly<Record<string, Schema>> = {
  "google.protobuf.Timestamp": { type: "string", format: "date-time" },
  "google.protobuf.Duration": { type: "string", pattern: "^-?\\d+(\\.\\d+)?s$" },
  "google.protobuf.FieldMask": { type: "string" },
  "google.protobuf.Any": { type: "object" },
  "google.protobuf.Struct": { type: "object" },
  "google.protobuf.Empty": { type: "object" },
};
/** In JSON whole numbers of 64 bits are texts, so that they lose nothing. */
const LONG: Schema = { type: "string", pattern: "^-?\\d+$" };
const SCALARS: Partial<Record<ScalarType, Schema>> = {
  [ScalarType.STRING]: { type: "string" },
  [ScalarType.BOOL]: { type: "boolean" },
  [ScalarType.BYTES]: { type: "string", contentEncoding: "base64" },
  [ScalarType.FLOAT]: { type: "number" },
  [ScalarType.DOUBLE]: { type: "number" },
  ...Object.fromEntries(
    [ScalarType.INT64, ScalarType.UINT64, ScalarType.SINT64, ScalarType.FIXED64, ScalarType.SFIXED64].map((one) => [
      one,
      LONG,
    ]),
  ),
};

/** Where a document keeps the schema of a message. */
export const refTo = (message: DescMessage): Schema => ({ $ref: `#/components/schemas/${message.typeName}` });

/** The schemas of messages in protobuf's JSON mapping, and of every message within them, by full name. */
export function schemasOf(roots: readonly DescMessage[]): Record<string, Schema> {
  const found = new Map<string, Schema>();
  const visit = (message: DescMessage): void => {
    if (found.has(message.typeName) || WELL_KNOWN[message.typeName]) return;
    found.set(message.typeName, objectOf(message));
    for (const field of message.fields) if (field.message) visit(field.message);
  };
  for (const root of roots) visit(root);
  return Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function objectOf(message: DescMessage): Schema {
  const fields = message.fields.map((field) => [field.jsonName, described(message, field)] as const);
  const description = commentOn(message.file, message.name);
  return { type: "object", ...(description && { description }), properties: Object.fromEntries(fields) };
}

function described(message: DescMessage, field: DescField): Schema {
  const words = commentOn(message.file, message.name, field.name);
  const group = field.oneof && !field.oneof.name.startsWith("_") ? `One of ${field.oneof.name}.` : "";
  const description = [words, group].filter(Boolean).join(" ");
  return { ...schemaOf(field), ...(description && { description }) };
}

function schemaOf(field: DescField): Schema {
  switch (field.fieldKind) {
    case "list":
      return { type: "array", items: valueSchema(field) };
    case "map":
      return { type: "object", additionalProperties: valueSchema(field) };
    default:
      return valueSchema(field);
  }
}

function valueSchema({ message, enum: values, scalar }: Pick<DescField, "message" | "enum" | "scalar">): Schema {
  if (message) return WELL_KNOWN[message.typeName] ?? refTo(message);
  if (values) return { type: "string", enum: values.values.map(({ name }) => name) };
  return (scalar !== undefined && SCALARS[scalar]) || { type: "integer" };
}
