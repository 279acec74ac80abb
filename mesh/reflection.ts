import { createRegistry, type DescFile, type DescService, type Registry, toBinary } from "@bufbuild/protobuf";
import { nestedTypes } from "@bufbuild/protobuf/reflect";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { Code, type ServiceImpl } from "@connectrpc/connect";
import { ServerReflection, type ServerReflectionRequest } from "#gen/grpc/reflection/v1/reflection_pb.ts";
import {
  ServerReflection as ServerReflectionAlpha,
  type ServerReflectionRequest as ServerReflectionRequestAlpha,
} from "#gen/grpc/reflection/v1alpha/reflection_pb.ts";

type Question = (ServerReflectionRequest | ServerReflectionRequestAlpha)["messageRequest"];
type Bytes = Uint8Array<ArrayBuffer>;
type Answer =
  | { case: "fileDescriptorResponse"; value: { fileDescriptorProto: Bytes[] } }
  | { case: "allExtensionNumbersResponse"; value: { baseTypeName: string; extensionNumber: number[] } }
  | { case: "listServicesResponse"; value: { service: { name: string }[] } }
  | { case: "errorResponse"; value: { errorCode: number; errorMessage: string } };

/** Server reflection, both versions, over these services and everything their contracts mention. */
export function reflectionRoutes(services: readonly DescService[]): {
  readonly v1: ServiceImpl<typeof ServerReflection>;
  readonly v1alpha: ServiceImpl<typeof ServerReflectionAlpha>;
} {
  const library = catalogue([...new Set([...services, ServerReflection, ServerReflectionAlpha])]);
  return {
    v1: {
      async *serverReflectionInfo(requests) {
        const reader = library();
        for await (const request of requests)
          yield { validHost: request.host, originalRequest: request, messageResponse: reader(request.messageRequest) };
      },
    },
    v1alpha: {
      async *serverReflectionInfo(requests) {
        const reader = library();
        for await (const request of requests)
          yield { validHost: request.host, originalRequest: request, messageResponse: reader(request.messageRequest) };
      },
    },
  };
}

// Gives each stream a reader that does not send a dependency twice.
function catalogue(services: readonly DescService[]): () => (question: Question) => Answer {
  const files = new Map<string, DescFile>();
  for (const service of services) collect(service.file, files);
  const registry = createRegistry(...files.values());
  const homes = homesOf(files.values());
  const encoded = new Map<DescFile, Bytes>();
  const encode = (file: DescFile): Bytes => {
    const bytes = encoded.get(file) ?? toBinary(FileDescriptorProtoSchema, file.proto);
    encoded.set(file, bytes);
    return bytes;
  };

  return () => {
    const sent = new Set<DescFile>();
    const send = (file: DescFile | undefined, what: string): Answer => {
      if (file === undefined) return error(Code.NotFound, `not known here: ${what}`);
      const wanted = [...collect(file, new Map()).values()].filter((one) => one === file || !sent.has(one));
      for (const one of wanted) sent.add(one);
      return { case: "fileDescriptorResponse", value: { fileDescriptorProto: wanted.map(encode) } };
    };
    return (question) => {
      switch (question.case) {
        case "listServices":
          return {
            case: "listServicesResponse",
            value: { service: services.map(({ typeName }) => ({ name: typeName })) },
          };
        case "fileByFilename":
          return send(files.get(question.value), question.value);
        case "fileContainingSymbol":
          return send(homes.get(question.value), question.value);
        case "fileContainingExtension": {
          const { containingType, extensionNumber } = question.value;
          const extendee = registry.getMessage(containingType);
          const extension = extendee && registry.getExtensionFor(extendee, extensionNumber);
          return send(extension?.file, `extension ${extensionNumber} of ${containingType}`);
        }
        case "allExtensionNumbersOfType":
          return extensionNumbers(registry, question.value);
        default:
          return error(Code.InvalidArgument, "the request asks nothing");
      }
    };
  };
}

// A file and whatever it imports, directly or not; the file itself comes first.
function collect(file: DescFile, into: Map<string, DescFile>): Map<string, DescFile> {
  if (into.has(file.proto.name)) return into;
  into.set(file.proto.name, file);
  for (const dependency of file.dependencies) collect(dependency, into);
  return into;
}

// Every name that is declared, members included, with the file that declares it.
function homesOf(files: Iterable<DescFile>): Map<string, DescFile> {
  const homes = new Map<string, DescFile>();
  for (const file of files) {
    for (const type of nestedTypes(file)) {
      homes.set(type.typeName, file);
      if (type.kind === "service")
        for (const method of type.methods) homes.set(`${type.typeName}.${method.name}`, file);
      if (type.kind === "message")
        for (const member of [...type.fields, ...type.oneofs]) homes.set(`${type.typeName}.${member.name}`, file);
      if (type.kind === "enum") {
        const scope = type.typeName.slice(0, -type.name.length); // values are named beside their enum, not in it
        for (const value of type.values) homes.set(scope + value.name, file);
      }
    }
  }
  return homes;
}

function extensionNumbers(registry: Registry, typeName: string): Answer {
  if (registry.getMessage(typeName) === undefined) return error(Code.NotFound, `not known here: ${typeName}`);
  const numbers = [...registry].flatMap((type) =>
    type.kind === "extension" && type.extendee.typeName === typeName ? [type.number] : [],
  );
  return { case: "allExtensionNumbersResponse", value: { baseTypeName: typeName, extensionNumber: numbers } };
}

const error = (code: Code, errorMessage: string): Answer => ({
  case: "errorResponse",
  value: { errorCode: code, errorMessage },
});
