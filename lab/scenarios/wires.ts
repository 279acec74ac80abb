import { type DescMethodUnary, fromBinary, fromJson, type JsonValue, toBinary, toJson } from "@bufbuild/protobuf";
import { ConnectError, type Transport } from "@connectrpc/connect";
import { createConnectTransport as createNodeTransport } from "@connectrpc/connect-node";
import { createConnectTransport, createGrpcWebTransport } from "@connectrpc/connect-web";
import { Client, credentials, type Metadata, Metadata as NewMetadata } from "@grpc/grpc-js";

/** JSON in, JSON out, and the headers of the answer. A refusal is thrown. */
export interface Answered {
  readonly answer: JsonValue;
  readonly headers: Headers;
}

/** One way to speak to a gateway, made by others than us. */
export type Wire = (
  url: string,
  method: DescMethodUnary,
  request: JsonValue,
  headers?: Readonly<Record<string, string>>,
) => Promise<Answered>;

export const pathOf = ({ parent, name }: DescMethodUnary) => `/${parent.typeName}/${name}`;

/** Connect without any library. */
export const fetched: Wire = async (url, method, request, headers = {}) => {
  const answer = await fetch(`${url}${pathOf(method)}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(request),
  });
  const body = (await answer.json()) as JsonValue;
  if (!answer.ok) throw new ConnectError(JSON.stringify(body));
  return { answer: body, headers: answer.headers };
};

/** gRPC by Google's own client. */
export const grpcJs: Wire = async (url, method, request, headers = {}) => {
  const metadata = new NewMetadata();
  for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
  const client = new Client(new URL(url).host, credentials.createInsecure());
  const got = new Headers();
  try {
    const answer = await new Promise<Buffer>((resolve, reject) => {
      const bytes = (buffer: Buffer) => buffer;
      const body = Buffer.from(toBinary(method.input, fromJson(method.input, request)));
      client
        .makeUnaryRequest(pathOf(method), bytes, bytes, body, metadata, (error, value) =>
          error || !value ? reject(error) : resolve(value),
        )
        .on("metadata", (said: Metadata) => {
          for (const [name, value] of Object.entries(said.getMap())) got.set(name, String(value));
        });
    });
    return { answer: toJson(method.output, fromBinary(method.output, answer)), headers: got };
  } finally {
    client.close();
  }
};

const through =
  (open: (url: string) => Transport): Wire =>
  async (url, method, request, headers = {}) => {
    const input = fromJson(method.input, request);
    const { message, header } = await open(url).unary(method, undefined, undefined, { ...headers }, input as never);
    return { answer: toJson(method.output, message), headers: header };
  };

export const connectWeb = through((baseUrl) => createConnectTransport({ baseUrl }));
export const grpcWeb = through((baseUrl) => createGrpcWebTransport({ baseUrl }));
/** Connect in Protobuf's own bytes. */
export const connectBinary = through((baseUrl) =>
  createNodeTransport({ baseUrl, httpVersion: "1.1", useBinaryFormat: true }),
);
