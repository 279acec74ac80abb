import type { DescService } from "@bufbuild/protobuf";
import type { LeanTransport } from "./exchange.ts";
import type { Revocations } from "./identity/revocations.ts";
import type { Readiness } from "./readiness.ts";
import type { Metrics } from "./telemetry/metrics.ts";

/** What a host shows to the service that faces the outside. */
export interface Edge {
  /** Every contract of the mesh, whether it runs here or elsewhere. */
  readonly contracts: readonly DescService[];
  /** Calls any of them as the edge's own service; the caller's headers are the edge's to choose. */
  readonly transport: LeanTransport;
  /** The way to one service, for contracts that every service serves. */
  at(service: string): LeanTransport;
  /** The services that keep a log, and so serve OpsService. */
  readonly keepers: readonly string[];
  readonly readiness: Readiness;
  readonly revocations: Revocations;
  readonly metrics: Metrics;
  /** Fires when the host begins to stop. */
  readonly stopping: AbortSignal;
}
