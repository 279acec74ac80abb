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

const names = new Map<string, string>();

function joined(strings: TemplateStringsArray, values: readonly unknown[]): Sql {
  const all: unknown[] = [];
  let text = strings[0] ?? "";
  values.forEach((value, at) => {
    if (isSql(value)) {
      const shift = all.length;
      text += value.text.replace(/\$(\d+)/g, (_, number: string) => `$${Number(number) + shift}`);
      all.push(...value.values);
    } else {
      all.push(value);
      text += `$${all.length}`;
    }
    text += strings[at + 1] ?? "";
  });
  let name = names.get(text);
  if (!name) {
    name = nameOf(text);
    names.set(text, name);
  }
  return { text, values: all, name };
}

const isSql = (value: unknown): value is Sql =>
  typeof value === "object" && value !== null && "text" in value && "values" in value && "name" in value;

const nameOf = (text: string): string => createHash("sha1").update(text).digest("base64url").slice(0, 16);
