import { createHash } from "node:crypto";

/** A statement with its values apart; the same source line is prepared once per connection. */
export interface Sql {
  readonly text: string;
  readonly values: readonly unknown[];
  readonly name: string;
}

const prepared = new WeakMap<TemplateStringsArray, { text: string; name: string }>();

/** Writes a statement: every `${value}` becomes a parameter, never text. */
export function sql(strings: TemplateStringsArray, ...values: readonly unknown[]): Sql {
  let known = prepared.get(strings);
  if (!known) {
    const text = strings.reduce((before, part, at) => `${before}$${at}${part}`);
    known = { text, name: createHash("sha1").update(text).digest("base64url").slice(0, 16) };
    prepared.set(strings, known);
  }
  return { ...known, values };
}
