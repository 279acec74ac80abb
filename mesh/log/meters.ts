import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import { PARTITIONS } from "../partition.ts";
import type { Following } from "./read-info.ts";

/** The numbers of how events travel, one set for each host. */
export interface LogMeters {
  /** Events of one source were applied by a consumer, so long after they were committed. */
  applied(service: string, consumer: string, ages: readonly number[]): void;
  parked(service: string, consumer: string): void;
  /** A partition was compared with its owner's: so many ranges of keys differ. */
  compared(service: string, consumer: string, kind: string, partition: number, differing: number): void;
  repaired(service: string, consumer: string, rows: number): void;
  /** Shows how far behind these are whenever somebody asks. */
  watch(service: string, following: () => readonly Following[]): void;
}

const SECONDS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60];

/** Registers them; their labels are names out of the code. */
export function logMeters(registry: Registry): LogMeters {
  const registers = [registry];
  const labelNames = ["service", "consumer"];
  const age = new Histogram({
    ...{ name: "skein_event_lag_seconds", help: "From an event's commit to its effect's.", labelNames, registers },
    buckets: SECONDS,
  });
  const letters = new Counter({
    ...{ name: "skein_events_parked_total", help: "Events put aside as dead letters.", labelNames, registers },
  });
  const mended = new Counter({
    ...{
      name: "skein_projection_repaired_rows_total",
      help: "Rows that a rebuild found wrong.",
      labelNames,
      registers,
    },
  });
  const drift = new Map<string, readonly number[]>();
  new Gauge({
    name: "skein_projection_drift",
    help: "Ranges of keys that differed from their owner's when they were last compared.",
    labelNames: [...labelNames, "kind"],
    registers,
    collect() {
      for (const [key, partitions] of drift) {
        const [service = "", consumer = "", kind = ""] = key.split(" ");
        this.set(
          { service, consumer, kind },
          partitions.reduce((sum, one) => sum + one, 0),
        );
      }
    },
  });
  const watched: (readonly [service: string, following: () => readonly Following[]])[] = [];
  new Gauge({
    ...{ name: "skein_consumer_behind_events", help: "Events heard of and not applied yet.", registers },
    labelNames: [...labelNames, "source"],
    collect() {
      this.reset();
      for (const [service, following] of watched) {
        for (const { runner, feed } of following()) {
          let behind = 0n;
          for (let partition = 0; partition < PARTITIONS; partition++)
            behind += feed.head(partition) - (runner.position(partition) ?? feed.head(partition));
          this.set({ service, consumer: runner.consumer.name, source: feed.source }, Number(behind));
        }
      }
    },
  });
  return {
    applied(service, consumer, ages) {
      const mine = age.labels({ service, consumer });
      for (const seconds of ages) mine.observe(Math.max(0, seconds));
    },
    compared(service, consumer, kind, partition, differing) {
      const key = `${service} ${consumer} ${kind}`;
      drift.set(key, (drift.get(key) ?? new Array<number>(PARTITIONS).fill(0)).with(partition, differing));
    },
    repaired: (service, consumer, rows) => mended.inc({ service, consumer }, rows),
    parked: (service, consumer) => letters.inc({ service, consumer }),
    watch: (service, following) => void watched.push([service, following]),
  };
}
