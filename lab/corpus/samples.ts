import { create, type DescField, type DescMessage, type Message, ScalarType } from "@bufbuild/protobuf";
import { reflect } from "@bufbuild/protobuf/reflect";
import { fieldsWithin } from "#mesh/contract.ts";
import { brokenRule } from "#mesh/pipeline/validation.ts";

/** Messages within messages within themselves: so deep a sample goes. */
const DEEPEST = 4;

/** Samples of an event with every field set to something that is not its default; as many as its largest choice has ways. */
export function samplesOf(schema: DescMessage): Message[] {
  const ways = Math.max(1, ...[...fieldsWithin(schema)].map(({ oneof }) => oneof?.fields.length ?? 1));
  return Array.from({ length: ways }, (_, way) => {
    const message = filled(schema, way, 0);
    const broken = brokenRule(schema, message);
    if (broken) throw new Error(`${schema.typeName}: ${broken}: teach lab/corpus/samples.ts a value for it`);
    return message;
  });
}

function filled(schema: DescMessage, way: number, depth: number): Message {
  const message = reflect(schema, create(schema));
  for (const field of schema.fields) {
    const { oneof } = field;
    if (oneof && oneof.fields[way % oneof.fields.length] !== field) continue;
    if (field.message?.typeName === schema.typeName || (field.message && depth === DEEPEST)) continue;
    switch (field.fieldKind) {
      case "list":
        for (const at of [0, 1]) message.get(field).add(valueFor(field, way + at, depth));
        break;
      case "map":
        message.get(field).set(keyOf(field), valueFor(field, way, depth));
        break;
      default:
        message.set(field, valueFor(field, way, depth) as never);
    }
  }
  return message.message as Message;
}

type Holding = Pick<DescField, "name" | "number" | "message" | "enum" | "scalar">;

function valueFor({ name, number, message, enum: values, scalar }: Holding, way: number, depth: number): unknown {
  if (message) return reflect(message, timed(message, number) ?? filled(message, way, depth + 1));
  if (values) return values.values[Math.max(1, values.values.length - 2 - way)]?.number ?? 0;
  switch (scalar) {
    case ScalarType.STRING:
      return textFor(name, number + way);
    case ScalarType.BOOL:
      return true;
    case ScalarType.BYTES:
      return new Uint8Array([0, number, 255]);
    case ScalarType.FLOAT:
    case ScalarType.DOUBLE:
      return number / 2;
    case ScalarType.INT64:
    case ScalarType.UINT64:
    case ScalarType.SINT64:
    case ScalarType.FIXED64:
    case ScalarType.SFIXED64:
      return 2n ** 53n + BigInt(number); // more than a JavaScript number holds
    default:
      return number + 1;
  }
}

const keyOf = ({ mapKey }: DescField & { fieldKind: "map" }): string | number =>
  mapKey === ScalarType.STRING ? "key" : 1;

const textFor = (name: string, n: number): string => {
  if (/(^|_)ids?$|_by$/.test(name)) return `0193c0de-0000-7000-8000-${String(n).padStart(12, "0")}`;
  if (/language/.test(name)) return "de";
  return `${name} ${n} äöü 🧵`;
};

function timed(message: DescMessage, number: number): Message | undefined {
  const at = { seconds: 1_800_000_000n + BigInt(number), nanos: 123_456_789 };
  const known = ["google.protobuf.Timestamp", "google.protobuf.Duration"];
  return known.includes(message.typeName) ? create(message, at as never) : undefined;
}
