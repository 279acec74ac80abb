import type { DescMethod } from "@bufbuild/protobuf";
import { Histogram, type Registry } from "prom-client";
import { labelsOf } from "#mesh/telemetry/meters.ts";

/** How long calls from outside took, waiting and refusals included; the services' own times are counted by them. */
export interface Timings {
  observe(method: DescMethod, code: string, seconds: number): void;
}

/** Opens the gateway's own numbers. */
export function createTimings(registry: Registry): Timings {
  const seconds = new Histogram({
    name: "skein_gateway_duration_seconds",
    help: "Calls from outside, by outcome.",
    labelNames: ["service", "method", "code"],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers: [registry],
  });
  // Looking a child up by its labels costs more than counting.
  const children = new Map<DescMethod, Map<string, ReturnType<typeof seconds.labels>>>();
  return {
    observe(method, code, took) {
      const mine = children.get(method) ?? new Map();
      children.set(method, mine);
      const child = mine.get(code) ?? seconds.labels({ ...labelsOf(method), code });
      mine.set(code, child);
      child.observe(took);
    },
  };
}
