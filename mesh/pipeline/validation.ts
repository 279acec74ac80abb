import { create, type DescMessage, isFieldSet, type Message, type MessageShape } from "@bufbuild/protobuf";
import { pathToString } from "@bufbuild/protobuf/reflect";
import { createValidator, violationsToProto } from "@bufbuild/protovalidate";
import { careOf, fieldsWithin, heldIn } from "../contract.ts";
import { meshFailure } from "../failure.ts";

const validator = createValidator();
/** So many broken rules are told: a few bytes of request must not become megabytes of answer, which gRPC sends as headers. */
const MOST_TOLD = 20;

/** Checks a request against the rules of its contract; every broken rule is named with its field. */
export function validate<M extends DescMessage>(schema: M, message: MessageShape<M>): void {
  refuseOutputOnly(schema, message);
  refuseNul(schema, message, "");
  const result = validator.validate(schema, message);
  if (result.kind === "valid") return;
  if (result.kind === "error") throw result.error; // the rule itself is broken: our bug, not the caller's
  const told = result.violations.slice(0, MOST_TOLD);
  const fields = Object.fromEntries(told.map(({ field, message: words }) => [pathToString(field), words]));
  const [desc, value] = [...violationsToProto(told)].reverse() as [DescMessage, object];
  const first = Object.entries(fields)[0];
  throw meshFailure("INVALID_REQUEST", {
    words: first
      ? `${first[0]}: ${first[1]}${result.violations.length > 1 ? `, and ${result.violations.length - 1} more` : ""}`
      : undefined,
    fields,
    details: [{ desc, value }],
  });
}

/** The first rule of its contract that a message of ours breaks; an event is checked where it is written and where it is read. */
export function brokenRule<M extends DescMessage>(schema: M, message: MessageShape<M>): string | undefined {
  const result = validator.validate(schema, message);
  if (result.kind === "valid") return undefined;
  if (result.kind === "error") return String(result.error);
  const [first] = result.violations;
  return first ? `${pathToString(first.field)}: ${first.message}` : undefined;
}

// Encoded messages of which this process has checked the message: nobody writes into bytes, so they stay good.
const sound = new WeakMap<Uint8Array, string>();

/** Notes that these very bytes are a message of this type that breaks no rule. */
export const noteSound = ({ typeName }: DescMessage, bytes: Uint8Array): void => void sound.set(bytes, typeName);

/** Whether that was noted: who has written an event, or read it for another consumer, need not check it again. */
export const isSound = ({ typeName }: DescMessage, bytes: Uint8Array): boolean => sound.get(bytes) === typeName;

/** Builds the rules of a message ahead of its first use, which would cost that call a tenth of a second. */
export function warmRules(schemas: readonly DescMessage[]): void {
  for (const schema of schemas) validator.validate(schema, create(schema));
}

const outputOnly = new WeakMap<DescMessage, boolean>();

function refuseOutputOnly<M extends DescMessage>(schema: M, message: MessageShape<M>): void {
  let any = outputOnly.get(schema);
  if (any === undefined) {
    any = [...fieldsWithin(schema)].some((field) => careOf(field).outputOnly);
    outputOnly.set(schema, any);
  }
  if (!any) return;
  for (const field of schema.fields) {
    if (careOf(field).outputOnly && isFieldSet(message, field)) {
      throw meshFailure("INVALID_REQUEST", { fields: { [field.name]: "is set by the service alone" } });
    }
  }
}

// PostgreSQL keeps no NUL in a text: what it would answer with looks like a bug of ours.
function refuseNul<M extends DescMessage>(schema: M, message: MessageShape<M>, path: string): void {
  for (const field of schema.fields) {
    if (field.fieldKind === "map" || !isFieldSet(message, field)) continue;
    const held = heldIn(message, field);
    for (const value of field.fieldKind === "list" ? (held as unknown[]) : [held]) {
      if (typeof value === "string" && value.includes("\0")) {
        throw meshFailure("INVALID_REQUEST", { fields: { [`${path}${field.name}`]: "holds a NUL character" } });
      }
      if (field.message && value) refuseNul(field.message, value as Message, `${path}${field.name}.`);
    }
  }
}
