import { expect, inject, test } from "vitest";
import { eventually, openTestCourier } from "../testing/courier.ts";
import { openOwnLog } from "../testing/own-log.ts";
import { placesOf, relayOf } from "../testing/relay.ts";
import { layWire } from "../testing/wire.ts";
import type { Courier } from "./courier.ts";
import { streamName } from "./stream.ts";

test("NATS away, hanging or back changes nothing for who writes, and what was written meanwhile is carried", async () => {
  await using wire = await layWire(inject("servers").nats);
  await using post = await openTestCourier({ url: wire.url });
  await using own = await openOwnLog(`${post.namespace}_`);
  await using near = await openTestCourier({ namespace: post.namespace });
  const heard = await near.listen();
  await using relay = await relayOf(post, own);
  own.db.onLogged(relay.poke);
  await own.announceSingly(10);
  await eventually(() => placesOf(heard).size).toBe(10);
  await wire.cut();
  await eventually(() => post.courier.up).toBe(false);
  await own.announceSingly(50);
  expect(await relay.flush()).toBe(false);
  await wire.mend();
  await eventually(() => placesOf(heard).size).toBe(60);
  wire.hang();
  await own.announceSingly(50);
  expect(await own.written()).toBe(110);
  await wire.mend();
  await eventually(() => placesOf(heard).size).toBe(110);
  await eventually(() => own.carried()).toBe(110);
});

test("a stream that is deleted while entries are carried is made again and filled with what comes", async () => {
  await using post = await openTestCourier();
  await using own = await openOwnLog(`${post.namespace}_`);
  await using relay = await relayOf(post, own);
  own.db.onLogged(relay.poke);
  await own.announce(20);
  expect(await relay.flush()).toBe(true);
  const name = streamName(post.namespace, "identity");
  for (const harm of [() => post.streams.delete(name), () => post.streams.purge(name)]) {
    await harm();
    await own.announce(20);
    await eventually(async () => (await post.streams.info(name).catch(() => undefined))?.state.messages).toBe(20);
  }
  expect(await relay.flush()).toBe(true);
});

test("where publishing fails half way, the position stays before the first that failed, and it is tried again", async () => {
  await using post = await openTestCourier();
  await using own = await openOwnLog(`${post.namespace}_`);
  const heard = await post.listen();
  await own.announce(130);
  let left = 60;
  const failing = {
    publish: (...given: Parameters<Courier["publish"]>) =>
      left-- === 0 ? Promise.reject(new Error("no space left")) : post.courier.publish(...given),
  };
  await using relay = await relayOf(post, own, failing);
  await eventually(() => placesOf(heard).size).toBe(130);
  expect(await relay.flush()).toBe(true);
  expect(await own.carried()).toBe(130);
});
