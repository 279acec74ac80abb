import { connect } from "@nats-io/transport-node";
import { expect, inject, onTestFinished, test } from "vitest";
import { openBus } from "./bus.ts";
import { realLent } from "./lent.ts";
import { createLogger } from "./telemetry/logger.ts";
import { eventually } from "./testing/courier.ts";
import { layWire } from "./testing/wire.ts";

const { nats } = inject("servers");
const { ids } = realLent();
const log = createLogger({ level: "silent", service: "mesh" });

function open(url: string, namespace = `t_${ids.next().slice(-12)}`) {
  const changes: boolean[] = [];
  const bus = openBus({ url, namespace, log, onChange: (up) => void changes.push(up) });
  onTestFinished(() => bus[Symbol.asyncDispose]());
  return { bus, changes, namespace };
}

test("a wake reaches other processes, before and after an outage, and a listener that throws does no harm", async () => {
  await using wire = await layWire(nats);
  const { bus, changes, namespace } = open(wire.url);
  const other = open(nats, namespace).bus;
  let wakes = 0;
  let ups = 0;
  bus.onWake("identity", () => {
    throw new Error("not now");
  });
  bus.onWake("identity", () => void wakes++);
  using _ups = bus.onUp(() => void ups++);
  const wakesUp = async () => {
    const before = wakes;
    const again = () => {
      other.wake("identity");
      return wakes;
    };
    await eventually(again).toBeGreaterThan(before);
  };
  await wakesUp();
  await wire.cut();
  await eventually(() => bus.up).toBe(false);
  expect(bus.connection).toBeUndefined();
  bus.wake("identity"); // goes nowhere, and is not kept
  await wire.mend();
  await wakesUp();
  expect(changes).toEqual([true, false, true]);
  expect(ups).toBe(2);
});

test("who stops listening hears nothing more", async () => {
  const { bus, namespace } = open(nats);
  const probe = await connect({ servers: nats });
  onTestFinished(() => probe.close());
  const heard: string[] = [];
  const hearing = bus.hear(`${namespace}.a`, ({ subject }) => heard.push(subject));
  using _other = bus.hear(`${namespace}.b`, ({ subject }) => heard.push(subject));
  await eventually(() => bus.up).toBe(true);
  hearing[Symbol.dispose]();
  await bus.connection?.flush();
  probe.publish(`${namespace}.a`);
  probe.publish(`${namespace}.b`);
  await eventually(() => heard).toEqual([`${namespace}.b`]);
});

test("a bus is opened without NATS, connects when it comes, and is closed without it too", async () => {
  const wire = await layWire(nats);
  await wire.cut();
  const { bus, changes } = open(wire.url);
  const never = open(wire.url).bus;
  expect(bus.up).toBe(false);
  bus.wake("identity");
  await never[Symbol.asyncDispose]();
  await wire.mend();
  await eventually(() => bus.up).toBe(true);
  await bus[Symbol.asyncDispose]();
  expect(bus.up).toBe(false);
  expect(changes).toEqual([true, false]);
  expect(never.up).toBe(false);
  await wire.cut();
});
