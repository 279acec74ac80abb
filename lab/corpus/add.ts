import { fromBinary } from "@bufbuild/protobuf";
import { eventTypes } from "../../cli/events/catalogue.ts";
import { addSamples, fieldsSet, readCorpus } from "./corpus.ts";
import { samplesOf } from "./samples.ts";

// Adds samples for events that have none yet, or that have grown fields which no sample of theirs has set:
// node lab/corpus/add.ts. What is there is never touched.
const corpus = readCorpus();
const added: string[] = [];
for (const { schema, name } of await eventTypes([])) {
  const mine = corpus.filter(({ type }) => type === name);
  const known = new Set(mine.flatMap(({ bytes }) => [...fieldsSet(schema, fromBinary(schema, bytes))]));
  const samples = samplesOf(schema);
  if (samples.every((sample) => fieldsSet(schema, sample).isSubsetOf(known)) && mine.length > 0) continue;
  added.push(...addSamples(schema, samples, mine.length));
}
process.stdout.write(added.length > 0 ? `added ${added.join(", ")}\n` : "every event has its samples\n");
