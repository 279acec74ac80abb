import { createHash } from "node:crypto";

/** A statement with its values apart; the same source line is prepared once per connection. */
export interface Sql {
  readonly text: string;
  readonly values: readonly unknown[];
  readonly name: string;
}

const prepared = new WeakMap<TemplateStringsArray, { text: string; name: string }>();

/** Writes a statement: every `${value}` becomes a parameter, never text; a statement in a statement is written into it. */
export function sql(strings: TemplateStringsArray, ...values: readonly unknown[]): Sql {
  if (values.some(isSql)) return joined(strings, values);
  let known = prepared.get(strings);
  if (!known) {
    const text = strings.reduce((before, part, at) => `${before}$${at}${part}`);
    known = { text, name: nameOf(text) };
    prepared.set(strings, known);
  }
  return { ...known, values };
}

/** By the line of source, then by the statements written into it: composing thousands of characters anew costs more than asking. */
const composed = new WeakMap<TemplateStringsArray, Map<string, { text: string; name: string }>>();

function joined(strings: TemplateStringsArray, values: readonly unknown[]): Sql {
  let parts = "";
  const all: unknown[] = [];
  for (const value of values) {
    if (isSql(value)) {
      parts += `${value.name} `;
      for (const inner of value.values) all.push(inner);
    } else {
      parts += " ";
      all.push(value);
    }
  }
  const known = composed.get(strings) ?? new Map<string, { text: string; name: string }>();
  composed.set(strings, known);
  let statement = known.get(parts);
  if (!statement) {
    const text = textOf(strings, values);
    statement = { text, name: nameOf(text) };
    known.set(parts, statement);
  }
  return { ...statement, values: all };
}

function textOf(strings: TemplateStringsArray, values: readonly unknown[]): string {
  let count = 0;
  let text = strings[0] ?? "";
  values.forEach((value, at) => {
    if (isSql(value)) {
      const shift = count;
      text += value.text.replace(/\$(\d+)/g, (_, number: string) => `$${Number(number) + shift}`);
      count += value.values.length;
    } else {
      text += `$${++count}`;
    }
    text += strings[at + 1] ?? "";
  });
  return text;
}

const isSql = (value: unknown): value is Sql =>
  typeof value === "object" && value !== null && "text" in value && "values" in value && "name" in value;

const nameOf = (text: string): string => createHash("sha1").update(text).digest("base64url").slice(0, 16);
