import { globSync } from "node:fs";
import { join } from "node:path";
import { type DescFile, type DescMessage, getOption, hasOption } from "@bufbuild/protobuf";
import { event as eventOption } from "#gen/skein/options/v1/options_pb.ts";
import type { Service } from "#mesh/service.ts";

const root = join(import.meta.dirname, "../..");

/** One kind of event, as its contract declares it and as the services use it. */
export interface EventType {
  readonly schema: DescMessage;
  /** Its full name. */
  readonly name: string;
  /** The last part of it. */
  readonly short: string;
  /** Who announces it: whoever serves contracts of its package. */
  readonly service: string | undefined;
  readonly shardKey: string;
  readonly subject: string;
  /** Who does something about it. */
  readonly consumers: readonly { readonly service: string; readonly consumer: string }[];
}

/** Every kind of event in the contracts, by name. Nothing is listed by hand, so nothing can be forgotten. */
export async function eventTypes(services: readonly Service[]): Promise<EventType[]> {
  const owners = new Map(
    services.flatMap(({ name, serves }) => serves.map(({ contract }) => [contract.file.proto.package, name] as const)),
  );
  const messages = (await contractFiles()).flatMap((file) => file.messages);
  return messages
    .filter((schema) => hasOption(schema, eventOption))
    .map((schema) => {
      const { shardKey, subject } = getOption(schema, eventOption);
      const consumers = services.flatMap(({ name: service, consumes = [] }) =>
        consumes
          .filter(({ handles }) => handles.some((one) => one.schema.typeName === schema.typeName))
          .map(({ name: consumer }) => ({ service, consumer })),
      );
      const service = owners.get(schema.file.proto.package);
      return { schema, name: schema.typeName, short: schema.name, service, shardKey, subject, consumers };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function contractFiles(): Promise<DescFile[]> {
  const paths = globSync("gen/skein/**/*_pb.ts", { cwd: root }).sort();
  const modules = await Promise.all(paths.map((path) => import(join(root, path)) as Promise<Record<string, unknown>>));
  return modules.flatMap((module) =>
    Object.entries(module).flatMap(([name, value]) => (name.startsWith("file_") ? [value as DescFile] : [])),
  );
}
