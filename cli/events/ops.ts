import type { DescService } from "@bufbuild/protobuf";
import { type Client, Code, ConnectError, createClient, type Transport } from "@connectrpc/connect";
import { GatewayInfoService } from "#gen/skein/gateway/v1/gateway_info_service_pb.ts";
import { OpsService } from "#gen/skein/ops/v1/ops_service_pb.ts";
import { SERVICE_HEADER } from "#mesh/calls.ts";
import { refused } from "../call/refused.ts";
import { accessToken, forgetSession, type Login } from "../call/session.ts";
import { type Cli, misused } from "../command.ts";
import { runningHere } from "../fleet/here.ts";
import { openDoor } from "../install/door.ts";
import { knownPersonas } from "../install/personas.ts";
import { nearest } from "../nearest.ts";
import { askHidden, readStdin } from "../terminal/ask.ts";

/** Where to ask, and as whom. */
export interface Access {
  readonly url?: string | undefined;
  readonly as?: string | undefined;
  readonly "password-stdin"?: boolean | undefined;
  readonly service?: string | undefined;
}

/** The services of a running mesh, as an administrator may ask them through the gateway. */
export interface Ops {
  /** Those that keep a log, or the one that was named. */
  readonly services: readonly string[];
  at(service: string): Client<typeof OpsService>;
  /** Any other contract that administrators may use. */
  client<S extends DescService>(contract: S): Client<S>;
  /** The next call signs in anew. */
  forget(): void;
}

/** Opens the way, does the work, and says in words what went wrong. */
export async function withOps<T>(cli: Cli, access: Access, work: (ops: Ops) => Promise<T>): Promise<T> {
  using door = openDoor(access.url ?? runningHere(cli.home).url);
  const { url, transport } = door;
  const name = access.as ?? (access.url === undefined && knownPersonas(cli.home)?.admin ? "admin" : undefined);
  if (!name) throw misused("who asks?", "say --as NAME, an administrator");
  const password = () => (access["password-stdin"] ? readStdin() : askHidden(`Password of ${name}: `, cli.signal));
  const login: Login = { url, home: cli.home, name, password };
  try {
    const { keepers } = await createClient(GatewayInfoService, transport).getServerInfo({});
    const services = access.service === undefined ? keepers : [pick(access.service, keepers)];
    const token = oneAtATime(() => accessToken(transport, login));
    return await work({
      services,
      forget: () => forgetSession(login),
      at: (service) => createClient(OpsService, speakingTo(transport, service, token)),
      client: (contract) => createClient(contract, speakingTo(transport, undefined, token)),
    });
  } catch (error) {
    if (!(error instanceof ConnectError)) throw error;
    if (error.code === Code.Unauthenticated) forgetSession(login);
    throw refused(error, url);
  }
}

function pick(typed: string, services: readonly string[]): string {
  if (services.includes(typed)) return typed;
  const near = nearest(typed, services);
  throw misused(`${typed} keeps no log`, near ? `did you mean ${near}?` : `there are: ${services.join(", ")}`);
}

/** Streams outlive a token: each call takes the one that is good then. */
function speakingTo(transport: Transport, service: string | undefined, token: () => Promise<string>): Transport {
  const headers = async (given: HeadersInit | undefined) => {
    const all = new Headers(given);
    all.set("Authorization", `Bearer ${await token()}`);
    if (service !== undefined) all.set(SERVICE_HEADER, service);
    return all;
  };
  return {
    unary: async (method, signal, timeoutMs, given, ...rest) =>
      transport.unary(method, signal, timeoutMs, await headers(given), ...rest),
    stream: async (method, signal, _timeoutMs, given, ...rest) =>
      transport.stream(method, signal, 0, await headers(given), ...rest),
  };
}

function oneAtATime<T>(ask: () => Promise<T>): () => Promise<T> {
  let asking: Promise<T> | undefined;
  return () => {
    asking ??= ask().finally(() => {
      asking = undefined;
    });
    return asking;
  };
}
