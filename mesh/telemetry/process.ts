import { constants, monitorEventLoopDelay, type PerformanceEntry, PerformanceObserver } from "node:perf_hooks";
import { getHeapStatistics } from "node:v8";
import { Counter, Gauge, Histogram, type Registry } from "prom-client";

const GC_KINDS: Readonly<Record<number, string>> = {
  [constants.NODE_PERFORMANCE_GC_MAJOR]: "major",
  [constants.NODE_PERFORMANCE_GC_MINOR]: "minor",
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL]: "incremental",
  [constants.NODE_PERFORMANCE_GC_WEAKCB]: "weakcb",
};

type CollectionEntry = PerformanceEntry & { readonly detail: { readonly kind: number } };

/**
 * Event-loop lag, heap, CPU and garbage collection under the names dashboards know. prom-client's own defaults cannot
 * be stopped again, these can.
 */
export function watchProcess(registry: Registry): Disposable {
  const registers = [registry];
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });

  const lag = monitorEventLoopDelay({ resolution: 10 });
  lag.enable();
  const quantiles = { p50: 50, p90: 90, p99: 99, max: 100 };
  for (const [name, percentile] of Object.entries(quantiles)) {
    gauge(`nodejs_eventloop_lag_${name}_seconds`, "Delay of the event loop since the last scrape.", () => {
      const seconds = lag.count === 0 ? 0 : lag.percentile(percentile) / 1e9;
      if (name === "max") lag.reset(); // the last of them to be read
      return seconds;
    });
  }

  gauge("nodejs_heap_size_used_bytes", "Heap in use.", () => getHeapStatistics().used_heap_size);
  gauge("nodejs_heap_size_limit_bytes", "Heap at which the process ends.", () => getHeapStatistics().heap_size_limit);
  gauge("nodejs_external_memory_bytes", "Memory outside the heap held by it.", () => process.memoryUsage().external);
  gauge("process_resident_memory_bytes", "Resident memory.", () => process.memoryUsage.rss());
  gauge("nodejs_active_resources", "What keeps the process alive.", () => process.getActiveResourcesInfo().length);
  gauge("process_start_time_seconds", "Start, in seconds since 1970.", () => performance.timeOrigin / 1000);
  new Counter({
    name: "process_cpu_seconds_total",
    help: "CPU time, user and system.",
    registers,
    collect() {
      const { user, system } = process.cpuUsage();
      this.reset();
      this.inc((user + system) / 1e6);
    },
  });

  const pauses = new Histogram({
    name: "nodejs_gc_duration_seconds",
    help: "Garbage collections.",
    labelNames: ["kind"],
    buckets: [0.001, 0.01, 0.1, 1],
    registers,
  });
  const collections = new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as CollectionEntry[]) {
      pauses.observe({ kind: GC_KINDS[entry.detail.kind] ?? "other" }, entry.duration / 1000);
    }
  });
  collections.observe({ entryTypes: ["gc"] });

  return {
    [Symbol.dispose]() {
      lag.disable();
      collections.disconnect();
    },
  };
}
