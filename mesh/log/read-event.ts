import { type DescMessage, fromBinary, type Message } from "@bufbuild/protobuf";
import { brokenRule, isSound, noteSound } from "../pipeline/validation.ts";
import type { LogEntry } from "./entry.ts";

/** The event cannot be understood, now or later: trying again would change nothing. */
export class Undecodable extends Error {
  override readonly name = "Undecodable";
}

const known = new WeakMap<Uint8Array, Message>();

/** What an entry says, read once however many consumers of this process hear of it: nobody may change it. */
export function readEvent(schema: DescMessage, { type, payload }: Pick<LogEntry, "type" | "payload">): Message {
  const before = known.get(payload);
  if (before?.$typeName === schema.typeName) return before;
  const event = decode(schema, type, payload);
  known.set(payload, event);
  return event;
}

function decode(schema: DescMessage, type: string, payload: Uint8Array): Message {
  try {
    const event = fromBinary(schema, payload);
    const broken = isSound(schema, payload) ? undefined : brokenRule(schema, event);
    if (broken === undefined) {
      noteSound(schema, payload);
      return event;
    }
    throw new Undecodable(`${type} breaks a rule of its contract: ${broken}`);
  } catch (cause) {
    throw cause instanceof Undecodable
      ? cause
      : new Undecodable(`${type} cannot be decoded: ${String(cause)}`, { cause });
  }
}
