import { spawnSync } from "node:child_process";
import { isDeepStrictEqual } from "node:util";
import { fromBinary, type Message, toBinary, toJson } from "@bufbuild/protobuf";
import { reflect } from "@bufbuild/protobuf/reflect";
import { expect, test } from "vitest";
import { eventTypes } from "../../cli/events/catalogue.ts";
import { fieldsSet, folder, readCorpus } from "../corpus/corpus.ts";
import { samplesOf } from "../corpus/samples.ts";

const types = await eventTypes([]);
const corpus = readCorpus();
const schemaOf = (type: string) => types.find(({ name }) => name === type)?.schema;

test("every event of today has a sample, and each of its fields is set in one", () => {
  expect(types.length).toBeGreaterThan(10);
  const lacking = types.flatMap(({ schema, name }) => {
    const mine = corpus.filter(({ type }) => type === name);
    const known = new Set(mine.flatMap(({ bytes }) => [...fieldsSet(schema, fromBinary(schema, bytes))]));
    const wanted = samplesOf(schema).flatMap((sample) => [...fieldsSet(schema, sample)]);
    const missing = wanted.filter((path) => !known.has(path));
    return mine.length === 0 || missing.length > 0 ? [`${name}: ${[...new Set(missing)].join(", ")}`] : [];
  });
  expect(lacking, "add samples: node lab/corpus/add.ts").toEqual([]);
});

test("every event that any build of ours has written is read and written again as it was", () => {
  const wrong = corpus.flatMap(({ id, type, bytes, json }) => {
    const schema = schemaOf(type);
    if (!schema) return [`${id}: there is no such event any more`];
    const event = fromBinary(schema, bytes);
    const stranger = unknownIn(schema, event);
    if (stranger) return [`${id}: ${stranger} holds fields that are not known any more`];
    if (!Buffer.from(toBinary(schema, event)).equals(bytes)) return [`${id}: is written differently now`];
    return isDeepStrictEqual(toJson(schema, event), json) ? [] : [`${id}: means something else now`];
  });
  expect(wrong).toEqual([]);
});

test("a sample is never rewritten or removed", () => {
  const git = (...args: string[]) => spawnSync("git", args, { cwd: folder, encoding: "utf8" });
  if (git("rev-parse", "HEAD").status !== 0) return; // not a checkout: nothing was committed
  const committed = git("log", "--diff-filter=MDR", "--name-only", "--format=", "--", ".").stdout.trim();
  const here = git("diff", "--diff-filter=MDR", "--name-only", "HEAD", "--", ".").stdout.trim();
  expect({ committed, here }).toEqual({ committed: "", here: "" });
});

/** The name of a message within, or of the event itself, that holds what its contract does not name. */
function unknownIn(schema: Parameters<typeof reflect>[0], event: Message): string | undefined {
  if ((event.$unknown ?? []).length > 0) return schema.typeName;
  const all = reflect(schema, event);
  for (const field of all.fields) {
    if (!field.message || !all.isSet(field)) continue;
    const held = all.get(field) as unknown;
    const items = field.fieldKind === "message" ? [held] : [...(held as Iterable<unknown>)];
    for (const item of items) {
      const message = (Array.isArray(item) ? item[1] : item) as { message: Message };
      const found = unknownIn(field.message, message.message);
      if (found) return found;
    }
  }
  return undefined;
}
