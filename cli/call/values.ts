import { type DescField, type DescMessage, type JsonObject, type JsonValue, ScalarType } from "@bufbuild/protobuf";
import { misused } from "../command.ts";
import { nearest } from "../nearest.ts";

/** Well-known messages whose JSON is one text: a time, a length of time. */
const TEXTS = new Set(
  ["Timestamp", "Duration", "StringValue", "BytesValue", "Int64Value", "UInt64Value"].map(
    (name) => `google.protobuf.${name}`,
  ),
);
const NUMBERS = new Set(
  ["Int32Value", "UInt32Value", "FloatValue", "DoubleValue"].map((name) => `google.protobuf.${name}`),
);

/** Puts words like `page_size=2`, `change.bio=hello` and `ids=a ids=b` into the JSON of a message, typed by its descriptor. */
export function withWords(message: DescMessage, json: JsonObject, words: readonly string[]): JsonObject {
  return words.reduce((into, word) => {
    const cut = word.indexOf("=");
    if (cut < 1) throw misused(`"${word}" is no field`, "say name=value");
    return put(message, into, word.slice(0, cut).split("."), word.slice(cut + 1), word.slice(0, cut));
  }, json);
}

function put(
  message: DescMessage,
  into: JsonObject,
  [name = "", ...rest]: readonly string[],
  text: string,
  path: string,
): JsonObject {
  const field = fieldOf(message, name, path);
  const key = field.jsonName;
  const there = into[key] ?? into[field.name];
  if (field.fieldKind === "map")
    return { ...into, [key]: { ...objectOf(there), ...mapEntry(field, rest, text, path) } };
  if (rest.length > 0) {
    if (field.fieldKind !== "message") throw misused(`${path}: ${field.name} holds no fields of its own`);
    return { ...into, [key]: put(field.message, objectOf(there), rest, text, path) };
  }
  if (field.fieldKind !== "list") return { ...into, [key]: single(field, text, path) };
  const before = Array.isArray(there) ? there : [];
  return {
    ...into,
    [key]: text.startsWith("[") ? [...before, ...arrayIn(text, path)] : [...before, single(field, text, path)],
  };
}

function fieldOf(message: DescMessage, name: string, path: string): DescField {
  const found = message.fields.find((field) => field.name === name || field.jsonName === name);
  if (found) return found;
  const names = message.fields.map((field) => field.name);
  const near = nearest(name, names);
  const known = names.length > 0 ? `there are: ${names.join(", ")}` : "it has none";
  throw misused(`${path}: ${message.name} has no field "${name}"`, near ? `did you mean ${near}?` : known);
}

function mapEntry(
  field: DescField & { fieldKind: "map" },
  keys: readonly string[],
  text: string,
  path: string,
): JsonObject {
  if (keys.length === 0) return objectOf(parsed(text, path));
  const value =
    field.mapKind === "scalar"
      ? scalar(field.scalar, text, path)
      : field.mapKind === "enum"
        ? enumValue(field.enum.values, text, path)
        : messageValue(field.message, text, path);
  return { [keys.join(".")]: value };
}

function single(field: DescField, text: string, path: string): JsonValue {
  if (field.enum) return enumValue(field.enum.values, text, path);
  if (field.message) return messageValue(field.message, text, path);
  return field.scalar === undefined ? text : scalar(field.scalar, text, path);
}

function scalar(type: ScalarType, text: string, path: string): JsonValue {
  switch (type) {
    case ScalarType.STRING:
    case ScalarType.BYTES: // base64, as in JSON
      return text;
    case ScalarType.BOOL:
      if (text !== "true" && text !== "false") throw misused(`${path}: "${text}" is neither true nor false`);
      return text === "true";
    case ScalarType.FLOAT:
    case ScalarType.DOUBLE:
      if (text === "" || (Number.isNaN(Number(text)) && text !== "NaN"))
        throw misused(`${path}: "${text}" is no number`);
      return text;
    default: // whole numbers go as text, so that those of 64 bits lose nothing
      if (!/^-?\d+$/.test(text)) throw misused(`${path}: "${text}" is no whole number`);
      return text;
  }
}

function enumValue(
  values: readonly { name: string; localName: string; number: number }[],
  text: string,
  path: string,
): JsonValue {
  if (/^-?\d+$/.test(text)) return Number(text);
  const wanted = text.toUpperCase();
  const found = values.find(({ name, localName }) => name === wanted || localName.toUpperCase() === wanted);
  if (!found) throw misused(`${path}: there is no ${text}`, `say one of: ${values.map(({ name }) => name).join(", ")}`);
  return found.name;
}

function messageValue(message: DescMessage, text: string, path: string): JsonValue {
  if (message.typeName === "google.protobuf.FieldMask")
    return text.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  if (TEXTS.has(message.typeName)) return text;
  if (NUMBERS.has(message.typeName)) return Number(text);
  return parsed(text, path);
}

function parsed(text: string, path: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    throw misused(`${path}: "${text}" is no JSON, and a message is wanted`, `name its fields: ${path}.field=value`);
  }
}

function arrayIn(text: string, path: string): JsonValue[] {
  const value = parsed(text, path);
  return Array.isArray(value) ? value : [value];
}

const objectOf = (value: JsonValue | undefined): JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
