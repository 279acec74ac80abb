import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { wrap } from "#mesh/log/envelope.ts";
import { PARTITIONS } from "#mesh/partition.ts";
import type { Service } from "#mesh/service.ts";
import { version } from "../../gateway/version.ts";
import { everything } from "../../main.ts";
import { type Cli, exits, Refusal } from "../command.ts";
import { type EventType, eventTypes } from "./catalogue.ts";
import { commentOn } from "./comments.ts";
import { refTo, schemasOf } from "./json-schema.ts";

/** Prints the document of all events, writes it, or checks that what was written is still true. */
export async function asyncapi(
  { write, check }: { readonly write?: boolean | undefined; readonly check?: boolean | undefined },
  { checkout, json, out }: Cli,
): Promise<number> {
  const path = join(checkout, "docs/asyncapi.json");
  const text = `${JSON.stringify(await asyncapiOf(everything), null, 2)}\n`;
  if (write) writeFileSync(path, text);
  else if (!check) out(text.trimEnd());
  else if (!existsSync(path) || readFileSync(path, "utf8") !== text)
    throw new Refusal(exits.failed, `${path} is not what the contracts say`, "run: ./skein events asyncapi --write");
  if (write || check) out(json ? JSON.stringify({ path, upToDate: true }) : `${path} is up to date`);
  return exits.done;
}

/** The AsyncAPI 3 document: a channel for each kind of event, who sends it and who receives it. */
export async function asyncapiOf(services: readonly Service[]): Promise<object> {
  const types = (await eventTypes(services)).filter(({ service }) => service !== undefined);
  return {
    asyncapi: "3.0.0",
    info: {
      title: "Skein events",
      version,
      description:
        "What the services of Skein announce. Every event lies first in its service's log, in PostgreSQL; NATS JetStream carries it, " +
        "at least once and in no promised order. Whoever needs each event once and in order goes by ce-partitionkey and ce-sequence. " +
        "Payloads are binary Protobuf; the schemas here show them in Protobuf's JSON mapping. Generated from the contracts.",
      license: { name: "MIT" },
    },
    defaultContentType: "application/protobuf",
    servers: {
      nats: { host: "{host}", protocol: "nats", variables: { host: { description: "host:port of NATS_URL" } } },
    },
    channels: Object.fromEntries(types.map((type) => [type.name, channelOf(type)])),
    operations: Object.fromEntries(types.flatMap(operationsOf)),
    components: {
      parameters: {
        namespace: { description: "SKEIN_NAMESPACE of the installation.", default: "skein" },
        partition: {
          description: "Hash of the event's shard key.",
          enum: Array.from({ length: PARTITIONS }, (_, partition) => String(partition)),
        },
      },
      messages: Object.fromEntries(types.map((type) => [type.name, messageOf(type)])),
      schemas: { CloudEventHeaders: headersSchema(), ...schemasOf(types.map(({ schema }) => schema)) },
    },
  };
}

const SAMPLE = { partition: 0, seq: 1n, at: new Date(0), subject: "-", payload: new Uint8Array(), trace: "-" };

/** As it is published: taken from the code that does it, with names where numbers stand. */
const addressOf = ({ service = "", name }: EventType): string =>
  wrap("{namespace}", service, "", { ...SAMPLE, type: name }).subject.replace(".0.", ".{partition}.");

const channelOf = (type: EventType) => ({
  address: addressOf(type),
  messages: { [type.short]: { $ref: `#/components/messages/${type.name}` } },
  parameters: {
    namespace: { $ref: "#/components/parameters/namespace" },
    partition: { $ref: "#/components/parameters/partition" },
  },
});

function operationsOf({ name, short, service, consumers }: EventType): [string, object][] {
  const on = { channel: { $ref: `#/channels/${name}` }, messages: [{ $ref: `#/channels/${name}/messages/${short}` }] };
  return [
    [`${service}.announce.${short}`, { action: "send", ...on, tags: [{ name: service }] }],
    ...consumers.map((one): [string, object] => [
      `${one.service}.${one.consumer}.${service}.${short}`,
      { action: "receive", ...on, tags: [{ name: one.service }] },
    ]),
  ];
}

function messageOf({ schema, name, short, service, shardKey, subject }: EventType) {
  const summary = commentOn(schema.file, schema.name);
  return {
    name,
    title: short,
    ...(summary && { summary }),
    contentType: "application/protobuf",
    headers: { $ref: "#/components/schemas/CloudEventHeaders" },
    payload: refTo(schema),
    tags: [{ name: service }],
    "x-protobuf": { file: schema.file.proto.name, message: name },
    "x-shard-key": shardKey,
    "x-subject": subject,
  };
}

function headersSchema() {
  const { headers } = wrap("n", "service", "incarnation", { ...SAMPLE, type: "a.B", trace: "x" });
  const names = headers.keys().toSorted();
  return {
    type: "object",
    description: "CloudEvents 1.0 in binary mode.",
    required: names.filter((one) => one !== "traceparent"),
    properties: Object.fromEntries(names.map((one) => [one, { type: "string" }])),
  };
}
