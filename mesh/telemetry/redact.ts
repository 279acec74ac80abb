import { type DescField, type DescMessage, getOption, hasOption, type Message, toJson } from "@bufbuild/protobuf";
import { isReflectMessage, type ReflectMessage, reflect } from "@bufbuild/protobuf/reflect";
import { field as fieldOptions } from "#gen/skein/options/v1/options_pb.ts";

/** What `JSON.stringify` writes back unchanged. */
export type Plain = string | number | boolean | null | Plain[] | { [key: string]: Plain };

type Shown = { readonly field: DescField; readonly hidden: boolean };
const plans = new WeakMap<DescMessage, readonly Shown[]>();

/**
 * A copy of a message that may be logged: fields declared `pii` or `secret` read "[redacted]" at any depth, bytes are
 * only counted, unknown fields and the content of `Any` are left out. Names are those of the contract. Never throws on account of what a field holds.
 */
export function redactMessage(schema: DescMessage, message: Message): Plain {
  return copy(reflect(schema, message));
}

function planOf(schema: DescMessage): readonly Shown[] {
  const known = plans.get(schema);
  if (known) return known;
  const plan = schema.fields.map((field) => ({ field, hidden: isDelicate(field) }));
  plans.set(schema, plan);
  return plan;
}

function isDelicate(field: DescField): boolean {
  if (!hasOption(field, fieldOptions)) return false;
  const { pii, secret } = getOption(field, fieldOptions);
  return pii || secret;
}

function copy(message: ReflectMessage): Plain {
  const { desc } = message;
  if (desc.typeName === "google.protobuf.Any") return "[any]";
  if (desc.typeName.startsWith("google.protobuf.")) return wellKnown(message);
  const out: { [key: string]: Plain } = {};
  for (const { field, hidden } of planOf(desc)) {
    if (message.isSet(field)) out[field.name] = hidden ? "[redacted]" : value(message, field);
  }
  return out;
}

function value(message: ReflectMessage, field: DescField): Plain {
  switch (field.fieldKind) {
    case "message":
      return copy(message.get(field));
    case "list":
      return Array.from(message.get(field), (item) => element(item, field));
    case "map":
      return Object.fromEntries(Array.from(message.get(field), ([key, item]) => [String(key), element(item, field)]));
    default:
      return element(message.get(field), field);
  }
}

function element(item: unknown, field: DescField): Plain {
  if (isReflectMessage(item)) return copy(item);
  if (field.enum && typeof item === "number") return field.enum.value[item]?.name ?? item;
  if (item instanceof Uint8Array) return `[${item.length} bytes]`;
  if (typeof item === "number") return Number.isFinite(item) ? item : String(item);
  if (typeof item === "string" || typeof item === "boolean") return item;
  return String(item);
}

// Timestamps, masks and the like have a short JSON form, which exists only for values that make sense.
function wellKnown(message: ReflectMessage): Plain {
  try {
    return toJson(message.desc, message.message);
  } catch {
    return "[invalid]";
  }
}
