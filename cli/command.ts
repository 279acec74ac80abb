import type { ParseArgsConfig, parseArgs } from "node:util";
import type { Talk } from "./terminal/talk.ts";

export type Env = Readonly<Record<string, string | undefined>>;
export type Options = NonNullable<ParseArgsConfig["options"]>;
type ValuesOf<O extends Options> = ReturnType<
  typeof parseArgs<{ options: O; allowPositionals: true; allowNegative: true }>
>["values"];

/** A command in the table: loaded when it is asked for, `version` must not wait for the whole mesh. */
export interface Entry {
  readonly about: string;
  readonly load: () => Promise<Command>;
}

/** All commands by name. */
export type Commands = Readonly<Record<string, Entry>>;

/** What every command is given. Results go to `out`, everything said on the way goes to `talk`. */
export interface Cli {
  readonly env: Env;
  readonly commands: Commands;
  /** The folder that holds the source. */
  readonly checkout: string;
  /** SKEIN_HOME, absolute. */
  readonly home: string;
  /** One JSON document, or one per line, instead of words. */
  readonly json: boolean;
  readonly talk: Talk;
  /** Fires at Ctrl-C and its kind. */
  readonly signal: AbortSignal;
  readonly out: (text: string) => void;
}

/** One command: what it takes and what it does. The number it returns is the exit code. */
export interface Command<O extends Options = Options> {
  /** Lines as they are typed, without "./skein". */
  readonly usage: readonly string[];
  /** What each option means, and what else one must know. */
  readonly help: string;
  readonly options: O;
  /** How many words may follow; more are a mistake. */
  readonly words: number;
  run(values: ValuesOf<O>, words: readonly string[], cli: Cli): Promise<number>;
}

/** Describes a command; its own types are forgotten so that a table can hold it. */
export const command = <const O extends Options>(definition: Command<O>): Command => definition as unknown as Command;

/** The exit codes, which scripts rely on. */
export const exits = { done: 0, failed: 1, usage: 2, preflight: 3, notRunning: 4 } as const;

/** Ends a command with words, a way out and an exit code. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly exit: number;
  readonly fix: string | undefined;
  readonly facts: object | undefined;
  constructor(exit: number, message: string, fix?: string, facts?: object) {
    super(message);
    this.exit = exit;
    this.fix = fix;
    this.facts = facts;
  }
}

/** The command was typed wrongly. */
export const misused = (message: string, fix?: string): Refusal => new Refusal(exits.usage, message, fix);
