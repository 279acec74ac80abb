import type { JetStreamManager } from "@nats-io/jetstream";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { expect, inject } from "vitest";
import { type Bus, openBus } from "../bus.ts";
import { type Lent, realLent } from "../lent.ts";
import { type Courier, openCourier } from "../log/courier.ts";
import type { LogEntry } from "../log/entry.ts";
import { managerOf, streamName } from "../log/stream.ts";
import { createLogger } from "../telemetry/logger.ts";
import { dropStreams } from "./streams.ts";

/** A courier as a process has it, and a second look at the same NATS that no fault of a test concerns. */
export interface TestCourier extends AsyncDisposable {
  readonly bus: Bus;
  readonly courier: Courier;
  readonly lent: Lent;
  readonly log: ReturnType<typeof createLogger>;
  readonly namespace: string;
  readonly nats: NatsConnection;
  readonly streams: JetStreamManager["streams"];
  readonly consumers: JetStreamManager["consumers"];
  /** What arrives of a service from now on. */
  listen(service?: string): Promise<LogEntry[]>;
}

export const { ids } = realLent();
export const incarnation = "0193aaaa-0000-4000-8000-000000000001";

/** Looks until it is as expected, also on a machine that has much else to do. */
export const eventually = <T>(look: () => T) => expect.poll(look, { timeout: 15_000, interval: 10 });

/** Opens a courier by way of `url` and waits until it is up, in a namespace of its own. */
export async function openTestCourier({
  url = inject("servers").nats,
  namespace = `t_${ids.next().slice(-12)}`,
  maxAgeMs = 3_600_000,
} = {}): Promise<TestCourier> {
  const servers = inject("servers");
  const log = createLogger({ level: (process.env.TEST_LOG as "silent") ?? "silent", service: "identity" });
  const lent = realLent();
  const scope = new AsyncDisposableStack();
  scope.defer(() => dropStreams(servers.nats, namespace));
  const nats = scope.adopt(await connect({ servers: servers.nats }), (made) => made.close());
  const { streams, consumers } = await managerOf(nats);
  const bus = scope.use(openBus({ url, namespace, log, onChange: () => undefined }));
  const courier = scope.use(openCourier({ bus, lent, log, namespace, maxAgeMs, replicas: 1 }));
  await eventually(() => courier.up).toBe(true);
  return {
    ...{ bus, courier, lent, log, namespace, nats, streams, consumers },
    async listen(service = "identity") {
      const heard: LogEntry[] = [];
      scope.use(courier.subscribe(service, (entry) => void heard.push(entry)));
      const listeners = async () => {
        try {
          return (await consumers.list(streamName(namespace, service)).next()).length;
        } catch {
          return 0;
        }
      };
      await eventually(listeners).toBeGreaterThan(0);
      return heard;
    },
    [Symbol.asyncDispose]: () => scope.disposeAsync(),
  };
}

/** An entry as if it came from a log. */
export const entryAt = (seq: number, more: Partial<LogEntry> = {}): LogEntry => ({
  partition: 7,
  seq: BigInt(seq),
  at: new Date(1_790_000_000_000 + seq),
  type: "skein.identity.v1.AccountDeactivated",
  subject: "0193aaaa-0000-7000-8000-000000000001",
  payload: new Uint8Array([1, 2, seq % 256]),
  trace: "00-0193aaaa000070008000000000000001-0193aaaa00007000-01",
  ...more,
});

/** The positions of what was heard. */
export const seqs = (heard: readonly LogEntry[]): number[] => [...new Set(heard.map(({ seq }) => Number(seq)))];
