import type { MessageInitShape } from "@bufbuild/protobuf";
import {
  create,
  createFileRegistry,
  type DescMethod,
  type DescService,
  type FileRegistry,
  fromBinary,
} from "@bufbuild/protobuf";
import { type FileDescriptorProto, FileDescriptorProtoSchema, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, createClient, type Transport } from "@connectrpc/connect";
import {
  ServerReflection,
  type ServerReflectionRequestSchema,
  type ServerReflectionResponse,
} from "#gen/grpc/reflection/v1/reflection_pb.ts";
import { misused } from "../command.ts";
import { nearest } from "../nearest.ts";

type Question = NonNullable<MessageInitShape<typeof ServerReflectionRequestSchema>["messageRequest"]>;

/** A method as the server describes it, and every type that its messages may hold. */
export interface Found {
  readonly method: DescMethod;
  readonly registry: FileRegistry;
}

/** The full names of what a server serves. */
export async function listServices(transport: Transport): Promise<string[]> {
  const [answer] = await ask(transport, [{ case: "listServices", value: "*" }]);
  return answer?.case === "listServicesResponse" ? answer.value.service.map(({ name }) => name) : [];
}

/** Finds a method by what somebody typed: full names, or the last part of the service's, with "/" or "." before the method. */
export async function findMethod(transport: Transport, typed: string): Promise<Found> {
  const cut = Math.max(typed.lastIndexOf("/"), typed.lastIndexOf("."));
  if (cut < 1) throw misused(`"${typed}" names no method`, "say: ./skein call skein.identity.v1.IdentityService/GetMe");
  const [serviceName, methodName] = [typed.slice(0, cut), typed.slice(cut + 1)];
  const all = await listServices(transport);
  const fullName = pick(serviceName, all);
  const registry = await describe(transport, fullName);
  const service = registry.getService(fullName);
  if (!service) throw new Error(`the server describes no ${fullName}`);
  return { method: methodOf(service, methodName), registry };
}

function pick(typed: string, all: readonly string[]): string {
  const short = (name: string) => name.split(".").at(-1) ?? name;
  const same = all.filter((name) => name === typed || short(name).toLowerCase() === typed.toLowerCase());
  if (same.length === 1 && same[0]) return same[0];
  if (same.length > 1) throw misused(`"${typed}" could be ${same.join(" or ")}`);
  const near =
    nearest(typed, all) ??
    all.find((name) => short(name) === nearest(typed.split(".").at(-1) ?? typed, all.map(short)));
  throw misused(`nobody serves "${typed}"`, near ? `did you mean ${near}?` : `there are: ${all.join(", ")}`);
}

function methodOf(service: DescService, typed: string): DescMethod {
  const found = service.methods.find(({ name, localName }) => name === typed || localName === typed);
  if (found) return found;
  const names = service.methods.map(({ name }) => name);
  const near = nearest(typed, names);
  throw misused(
    `${service.typeName} has no method "${typed}"`,
    near ? `did you mean ${service.typeName}/${near}?` : `there are: ${names.join(", ")}`,
  );
}

/** Everything a service's contract mentions. Servers may send imports along or wait to be asked for each. */
async function describe(transport: Transport, service: string): Promise<FileRegistry> {
  const files = new Map<string, FileDescriptorProto>();
  let questions: Question[] = [{ case: "fileContainingSymbol", value: service }];
  while (questions.length > 0) {
    for (const answer of await ask(transport, questions)) {
      if (answer?.case !== "fileDescriptorResponse") continue;
      for (const bytes of answer.value.fileDescriptorProto) {
        const file = fromBinary(FileDescriptorProtoSchema, bytes);
        files.set(file.name, file);
      }
    }
    const missing = [...files.values()].flatMap(({ dependency }) => dependency).filter((name) => !files.has(name));
    questions = [...new Set(missing)].map((value) => ({ case: "fileByFilename", value }));
  }
  return createFileRegistry(create(FileDescriptorSetSchema, { file: inOrder(files) }));
}

/** Whatever is imported stands before whoever imports it. */
function inOrder(files: ReadonlyMap<string, FileDescriptorProto>): FileDescriptorProto[] {
  const ordered = new Set<FileDescriptorProto>();
  const visit = (file: FileDescriptorProto | undefined) => {
    if (!file || ordered.has(file)) return;
    for (const name of file.dependency) visit(files.get(name));
    ordered.add(file);
  };
  for (const file of files.values()) visit(file);
  return [...ordered];
}

async function ask(
  transport: Transport,
  questions: readonly Question[],
): Promise<ServerReflectionResponse["messageResponse"][]> {
  async function* requests() {
    for (const messageRequest of questions) yield { messageRequest };
  }
  const answers: ServerReflectionResponse["messageResponse"][] = [];
  for await (const { messageResponse } of createClient(ServerReflection, transport).serverReflectionInfo(requests())) {
    if (messageResponse.case === "errorResponse")
      throw new ConnectError(messageResponse.value.errorMessage, Code.NotFound);
    answers.push(messageResponse);
  }
  return answers;
}
