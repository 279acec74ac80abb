import { globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { type DescMessage, type JsonValue, type Message, toBinary, toJson } from "@bufbuild/protobuf";
import { type ReflectMessage, reflect } from "@bufbuild/protobuf/reflect";

/** Where encoded events of every kind lie, as some build of ours wrote them once. They are added to, never rewritten. */
export const folder = join(import.meta.dirname, "events");

/** One encoded event of the corpus. */
export interface Sample {
  /** The file's name without its ending: full name of the event, and a number. */
  readonly id: string;
  readonly type: string;
  readonly bytes: Uint8Array;
  readonly json: JsonValue;
}

/** Reads the corpus. */
export const readCorpus = (): Sample[] =>
  globSync("*.bin", { cwd: folder })
    .map((path) => basename(path, ".bin"))
    .sort()
    .map((id) => ({
      ...{ id, type: id.slice(0, id.lastIndexOf(".")) },
      bytes: new Uint8Array(readFileSync(join(folder, `${id}.bin`))),
      json: JSON.parse(readFileSync(join(folder, `${id}.json`), "utf8")) as JsonValue,
    }));

/** Adds samples of an event behind those there are. */
export function addSamples(schema: DescMessage, messages: readonly Message[], behind: number): string[] {
  mkdirSync(folder, { recursive: true });
  return messages.map((message, at) => {
    const id = `${schema.typeName}.${behind + at + 1}`;
    // "wx": whatever is there stays.
    writeFileSync(join(folder, `${id}.bin`), toBinary(schema, message), { flag: "wx" });
    writeFileSync(join(folder, `${id}.json`), `${JSON.stringify(toJson(schema, message), null, 2)}\n`, { flag: "wx" });
    return id;
  });
}

/** The fields that a message has set, by path: "profile.handle". */
export function fieldsSet(schema: DescMessage, message: Message): Set<string> {
  const found = new Set<string>();
  const visit = (one: ReflectMessage, path: string): void => {
    for (const field of one.fields) {
      if (!one.isSet(field)) continue;
      const at = `${path}${field.name}`;
      found.add(at);
      if (field.fieldKind === "message") visit(one.get(field), `${at}.`);
      if (field.fieldKind === "list" && field.message)
        for (const item of one.get(field)) visit(item as ReflectMessage, `${at}.`);
      if (field.fieldKind === "map" && field.message)
        for (const [, item] of one.get(field)) visit(item as ReflectMessage, `${at}.`);
    }
  };
  visit(reflect(schema, message), "");
  return found;
}
