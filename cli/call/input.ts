import { createInterface } from "node:readline";
import type { DescMethod, JsonObject, JsonValue, Message, Registry } from "@bufbuild/protobuf";
import { fromJson } from "@bufbuild/protobuf";
import { misused } from "../command.ts";
import { readStdin } from "../terminal/ask.ts";
import { withWords } from "./values.ts";

/** What somebody typed for a call: JSON, where "-" means standard input, and words. */
export interface Typed {
  readonly data: string | undefined;
  readonly words: readonly string[];
}

/** The requests of a call: one, or for a method that streams its requests one per line of standard input. */
export function requestsOf(method: DescMethod, registry: Registry, typed: Typed): AsyncIterable<Message> {
  const streams = method.methodKind === "client_streaming" || method.methodKind === "bidi_streaming";
  return streams && typed.data === "-" ? fromLines(method, registry) : one(method, registry, typed);
}

async function* one(method: DescMethod, registry: Registry, { data, words }: Typed): AsyncGenerator<Message> {
  const text = data === "-" ? await readStdin() : data;
  const given = text === undefined || text.trim() === "" ? {} : json(text);
  if (typeof given !== "object" || given === null || Array.isArray(given)) throw misused("the data is no JSON object");
  yield message(method, registry, withWords(method.input, given as JsonObject, words));
}

async function* fromLines(method: DescMethod, registry: Registry): AsyncGenerator<Message> {
  for await (const line of createInterface(process.stdin))
    if (line.trim() !== "") yield message(method, registry, json(line));
}

function json(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch (error) {
    throw misused(`the data is no JSON: ${(error as Error).message}`);
  }
}

function message(method: DescMethod, registry: Registry, value: JsonValue): Message {
  try {
    return fromJson(method.input, value, { registry });
  } catch (error) {
    throw misused((error as Error).message.replace(/^cannot decode (message |field )?/, ""));
  }
}
