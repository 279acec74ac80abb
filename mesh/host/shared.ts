import type { DescMethod, DescService } from "@bufbuild/protobuf";
import { Auth } from "#gen/skein/options/v1/options_pb.ts";
import type { Bus } from "../bus.ts";
import type { Values } from "../config.ts";
import { optionsOf } from "../contract.ts";
import type { LeanTransport } from "../exchange.ts";
import { ASSERTER } from "../identity/assertion.ts";
import type { Keyring } from "../identity/keyring.ts";
import type { Revocations } from "../identity/revocations.ts";
import type { Lent } from "../lent.ts";
import type { Courier } from "../log/courier.ts";
import type { Logged } from "../log/logged.ts";
import type { LogMeters } from "../log/meters.ts";
import type { Readiness } from "../readiness.ts";
import type { Redis } from "../redis.ts";
import type { Service } from "../service.ts";
import type { createLogger } from "../telemetry/logger.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { meshConfig } from "./mesh-config.ts";

/** What all services of one host share. */
export interface Shared {
  readonly config: Values<typeof meshConfig>;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly roster: Roster;
  readonly keyringOf: (service: string) => Keyring;
  readonly find: (contract: DescService) => LeanTransport | undefined;
  /** The way to one service, for contracts that every service serves. */
  readonly at: (service: string) => LeanTransport | undefined;
  /** Whether a service runs in this process. */
  readonly runsHere: (service: string) => boolean;
  readonly courier: Courier;
  readonly logged: Logged;
  readonly logMeters: LogMeters;
  readonly lent: Lent;
  readonly redis: Redis;
  readonly bus: Bus;
  readonly revocations: Revocations;
  readonly readiness: Readiness;
  readonly metrics: Metrics;
  readonly log: ReturnType<typeof createLogger>;
  /** Database connections for each service. */
  readonly connections: number;
  readonly stopping: AbortSignal;
}

/** Who serves and who calls what, read from the definitions of all services, running here or not. */
export interface Roster {
  readonly contracts: readonly DescService[];
  ownerOf(contract: DescService): string;
  /** The service that serves contracts of a package, and so owns its events; undefined where it is no part of this mesh. */
  ownerOfPackage(name: string): string | undefined;
  mayCall(from: string, method: DescMethod): boolean;
}

/** Reads the call graph from the services themselves, and refuses one with a cycle. */
export function rosterOf(services: readonly Service[]): Roster {
  const owners = new Map(
    services.flatMap(({ name, serves }) => serves.map(({ contract }) => [contract.typeName, name] as const)),
  );
  const called = new Map(
    services.map(({ name, calls }) => [name, new Set(Object.values(calls).map(({ typeName }) => typeName))]),
  );
  const ownerOf = (contract: DescService) => {
    const owner = owners.get(contract.typeName);
    if (!owner) throw new Error(`nobody serves ${contract.typeName}`);
    return owner;
  };
  const packages = new Map(
    services.flatMap(({ name, serves }) => serves.map(({ contract }) => [contract.file.proto.package, name] as const)),
  );
  refuseCycles(services, (contract) => owners.get(contract.typeName));
  return {
    contracts: services.flatMap(({ serves }) => serves.map(({ contract }) => contract)),
    ownerOf,
    ownerOfPackage: (name) => packages.get(name),
    mayCall(from, method) {
      const { auth, callers, public: open } = optionsOf(method);
      if (callers.length > 0) return callers.includes(from);
      if (auth === Auth.SERVICE) return true;
      return (open && from === ASSERTER) || (called.get(from)?.has(method.parent.typeName) ?? false);
    },
  };
}

function refuseCycles(services: readonly Service[], ownerOf: (contract: DescService) => string | undefined): void {
  const next = new Map(services.map(({ name, calls }) => [name, Object.values(calls).map(ownerOf)]));
  const visit = (name: string, path: readonly string[]) => {
    if (path.includes(name)) throw new Error(`services call in a circle: ${[...path, name].join(" > ")}`);
    for (const peer of next.get(name) ?? []) if (peer) visit(peer, [...path, name]);
  };
  for (const { name } of services) visit(name, []);
}
