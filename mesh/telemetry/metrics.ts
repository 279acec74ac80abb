import type { DescMethod } from "@bufbuild/protobuf";
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import {
  type ClientMeter,
  clientMeter,
  labelsOf,
  type ServerCount,
  type ServerMeter,
  SHED_REASONS,
  serverMeter,
} from "./meters.ts";
import { watchProcess } from "./process.ts";

/** One host's numbers, apart from any other host's in the process. Labels come from contracts and closed lists only. */
export type Metrics = Disposable & {
  /** For the numbers of other parts; their labels must be as bounded as these. */
  readonly registry: Registry;
  readonly contentType: string;
  /** Everything, as Prometheus reads it. */
  text(): Promise<string>;
  /** The same meter for the same method each time. */
  server(method: DescMethod): ServerMeter;
  client(method: DescMethod): ClientMeter;
};

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];
const KINDS = ["sql", "redis", "rpc"] as const;
type Add = (method: DescMethod, value: number, extra?: Record<string, string>) => void;

/** Opens the numbers of one host; disposing of them stops watching the process. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const seconds = (name: string, help: string) =>
    new Histogram({ name, help, labelNames: ["service", "method", "code"], buckets: SECONDS, registers });
  const answered = seconds("skein_rpc_server_duration_seconds", "Calls answered here, by outcome.");
  const asked = seconds("skein_rpc_client_duration_seconds", "Calls made from here, by outcome.");
  const served = perMethod((method) => serverMeter(method, answered));
  const called = perMethod((method) => clientMeter(method, asked));

  // Only durations go through prom-client as they happen: everything else is a plain number, read when somebody asks.
  const total = (name: string, help: string, extra: string[], read: (add: Add) => void) =>
    new Counter({
      name,
      help,
      labelNames: ["service", "method", ...extra],
      registers,
      collect() {
        this.reset();
        read((method, value, more) => this.inc({ ...labelsOf(method), ...more }, value));
      },
    });
  const eachServed = (visit: (count: ServerCount, method: DescMethod) => void) => {
    for (const [method, { count }] of served.all) visit(count, method);
  };

  new Gauge({
    name: "skein_rpc_server_in_flight",
    help: "Calls being answered now.",
    labelNames: ["service", "method"],
    registers,
    collect() {
      eachServed(({ inFlight }, method) => this.set(labelsOf(method), inFlight));
    },
  });
  total("skein_rpc_server_shed_total", "Calls turned away unheard.", ["reason"], (add) =>
    eachServed(({ shed }, method) => {
      for (const reason of SHED_REASONS) if (shed[reason] > 0) add(method, shed[reason], { reason });
    }),
  );
  total("skein_idempotent_replays_total", "Calls answered with the kept answer of an earlier one.", [], (add) =>
    eachServed(({ replayed }, method) => add(method, replayed)),
  );
  total("skein_rpc_spent_total", "SQL statements, Redis trips and further calls that calls cost.", ["kind"], (add) =>
    eachServed(({ spent }, method) => {
      for (const kind of KINDS) add(method, spent[kind], { kind });
    }),
  );
  total("skein_rpc_over_budget_total", "Calls that cost more than their contract allows.", ["kind"], (add) =>
    eachServed(({ overBudget }, method) => {
      for (const kind of KINDS) if (overBudget[kind] > 0) add(method, overBudget[kind], { kind });
    }),
  );
  total("skein_rpc_client_retries_total", "Calls made again after a failure that allows it.", [], (add) => {
    for (const [method, { count }] of called.all) add(method, count.retried);
  });

  const watching = watchProcess(registry);
  return {
    registry,
    contentType: registry.contentType,
    text: () => registry.metrics(),
    server: (method) => served.of(method).meter,
    client: (method) => called.of(method).meter,
    [Symbol.dispose]: () => watching[Symbol.dispose](),
  };
}

function perMethod<T>(make: (method: DescMethod) => T) {
  const all = new Map<DescMethod, T>();
  return {
    all,
    of(method: DescMethod): T {
      const known = all.get(method) ?? make(method);
      all.set(method, known);
      return known;
    },
  };
}
