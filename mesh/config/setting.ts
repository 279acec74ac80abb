/** One setting as a service declares it: where it comes from, what it may be, and how it is shown. */
export interface Setting<T> {
  readonly name: string;
  /** One sentence; becomes the comment in .env.example. */
  readonly about: string;
  /** `undefined`: it must be set. `null`: it may be absent. */
  readonly fallback: T | null | undefined;
  /** What is accepted, in words: completes "wanted ...". */
  readonly wanted: string;
  /** Whether its value, or part of it, must not be seen. */
  readonly hidden: boolean;
  /** The value, or undefined when the text is not acceptable. */
  parse(text: string): T | undefined;
  /** A text that parses to the same value. */
  write(value: T): string;
  /** Any text given for it, fit for everybody's eyes. */
  mask(text: string): string;
}

/** The settings of one service, by the names its code uses. */
export type Spec = Readonly<Record<string, Setting<unknown>>>;

/** What a service gets to read. */
export type Values<S extends Spec> = { readonly [K in keyof S]: S[K] extends Setting<infer T> ? T : never };

/** Where a value came from. */
export type Source =
  | { readonly from: "default" }
  | { readonly from: "env" }
  | { readonly from: "file"; readonly path: string };

/** Everything that was read, once. Warnings name variables that nobody reads. */
export interface Config<S extends Readonly<Record<string, Spec>>> {
  readonly values: { readonly [K in keyof S]: Values<S[K]> };
  readonly sources: ReadonlyMap<string, Source>;
  readonly warnings: readonly string[];
}

/** What every kind of setting is told about itself, and what only some are. */
export type About<More = unknown> = { about: string } & More;
/** The default as it is declared. */
export type Fallback<T> = T | null | undefined;
/** With `null` as the default the value may be null, otherwise never. */
export type Held<T, F> = Setting<null extends F ? T | null : T>;

interface Kind<T> {
  readonly wanted: string;
  readonly parse: (text: string) => T | undefined;
  readonly write?: (value: T) => string;
  readonly mask?: (text: string) => string;
}

/** Declares a setting of some kind; a default that breaks the kind's own rule is refused. */
export function setting<T, F extends Fallback<T>>(name: string, fallback: F, about: string, kind: Kind<T>): Held<T, F> {
  if (!/^[A-Z][A-Z0-9_]*$/.test(name)) throw new Error(`${name} is no name for a setting`);
  const made: Setting<T> = {
    name,
    about,
    fallback,
    write: String,
    mask: (text) => text,
    hidden: kind.mask !== undefined,
    ...kind,
  };
  if (fallback !== undefined && fallback !== null && made.parse(made.write(fallback)) === undefined) {
    throw new Error(`the default of ${name} breaks its own rule: ${kind.wanted}`);
  }
  return made as Held<T, F>;
}
