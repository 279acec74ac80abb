import { expect, inject, test } from "vitest";
import { entryAt, eventually, ids, incarnation, openTestCourier, seqs } from "../testing/courier.ts";
import { layWire } from "../testing/wire.ts";
import { openCourier } from "./courier.ts";
import { wrap } from "./envelope.ts";
import { streamName } from "./stream.ts";

const publish = ({ courier }: { courier: ReturnType<typeof openCourier> }, ...positions: number[]) =>
  Promise.all(positions.map((seq) => courier.publish("identity", incarnation, entryAt(seq))));

test("an entry arrives as it was published, with all its fields, at every listener", async () => {
  await using post = await openTestCourier();
  const heard = await post.listen();
  const other = await post.listen();
  const elsewhere = await post.listen("content");
  const entries = [
    entryAt(1),
    entryAt(2, { subject: "a b", trace: "" }),
    entryAt(1, { partition: 63, payload: new Uint8Array(60_000) }),
  ];
  for (const entry of entries) await post.courier.publish("identity", incarnation, entry);
  await eventually(() => heard.length).toBe(3);
  expect(heard.map((entry) => ({ ...entry, payload: new Uint8Array(entry.payload) }))).toEqual(entries);
  expect(other).toHaveLength(3);
  expect(elsewhere).toEqual([]);
});

test("what is somebody else's or broken is counted and harms nobody", async () => {
  await using post = await openTestCourier();
  const heard = await post.listen();
  const { subject, headers } = wrap(post.namespace, "identity", incarnation, entryAt(1));
  headers.set("ce-sequence", "-5");
  post.nats.publish(subject, new Uint8Array([9]), { headers });
  post.nats.publish(`${post.namespace}.evt.identity.x`, "hello");
  await post.nats.flush();
  await publish(post, 2);
  await eventually(() => seqs(heard)).toEqual([2]);
  expect(post.courier.ignored).toBe(2);
});

test("a listener that throws does not keep the others from hearing", async () => {
  await using post = await openTestCourier();
  await using _bad = post.courier.subscribe("identity", () => {
    throw new Error("I do not like it");
  });
  const heard = await post.listen();
  await publish(post, 1, 2);
  await eventually(() => seqs(heard)).toEqual([1, 2]);
});

test("a stream that was deleted is made again by its owner when its files are gone, and what comes then is heard", async () => {
  await using post = await openTestCourier();
  const heard = await post.listen();
  await post.courier.ensure("identity");
  await publish(post, 1);
  await eventually(() => seqs(heard)).toEqual([1]);
  await post.streams.delete(streamName(post.namespace, "identity"));
  await expect(publish(post, 2)).rejects.toThrow();
  await expect(post.courier.ensure("identity")).rejects.toThrow("deleted a moment ago");
  // Somebody is asking at every moment, also in that in which it may be made.
  const made = async () => {
    while (
      await post.courier.ensure("identity").then(
        () => false,
        () => true,
      )
    );
  };
  await Promise.all([made(), made(), made()]);
  await publish(post, 2, 3);
  await eventually(() => seqs(heard)).toEqual([1, 2, 3]);
});

test("a stream that was emptied, or whose consumers were deleted, is followed on", async () => {
  await using post = await openTestCourier();
  const name = streamName(post.namespace, "identity");
  const heard = await post.listen();
  await publish(post, 1);
  await eventually(() => seqs(heard)).toEqual([1]);
  await post.streams.purge(name);
  await publish(post, 2);
  await eventually(() => seqs(heard)).toEqual([1, 2]);
  for (const consumer of await post.consumers.list(name).next()) await post.consumers.delete(name, consumer.name);
  await publish(post, 3);
  await eventually(() => seqs(heard)).toEqual([1, 2, 3]);
});

test("what was published while a listener was cut off reaches it afterwards", async () => {
  await using wire = await layWire(inject("servers").nats);
  await using far = await openTestCourier({ url: wire.url });
  await using near = await openTestCourier({ namespace: far.namespace });
  const heard = await far.listen();
  await publish(near, 1, 2);
  await eventually(() => seqs(heard)).toEqual([1, 2]);
  await wire.cut();
  await eventually(() => far.courier.up).toBe(false);
  await expect(publish(far, 9)).rejects.toThrow("nats is away");
  await publish(near, 3, 4);
  const late: bigint[] = [];
  far.courier.subscribe("content", ({ seq }) => void late.push(seq)); // begins to listen while nothing can be heard
  await wire.mend();
  await eventually(() => seqs(heard)).toEqual([1, 2, 3, 4]);
  await publish(far, 5);
  await eventually(() => seqs(heard)).toEqual([1, 2, 3, 4, 5]);
  expect(heard.filter(({ seq }) => seq === 1n)).toHaveLength(1); // it goes on from there, not from the beginning
  await near.courier.ensure("content");
  let next = 1;
  const heardLate = () => near.courier.publish("content", incarnation, entryAt(next++)).then(() => late.length);
  await eventually(heardLate).toBeGreaterThan(0);
});

test("settings that changed are applied to a stream that is there, and what operators set stays", async () => {
  await using post = await openTestCourier({ maxAgeMs: 3_600_000 });
  const name = streamName(post.namespace, "identity");
  await post.courier.ensure("identity");
  await post.streams.update(name, { max_bytes: 1_000_000 });
  const { bus, lent, log, namespace } = post;
  await using changed = openCourier({ bus, lent, log, namespace, maxAgeMs: 60_000, replicas: 1 });
  await changed.ensure("identity");
  const { config } = await post.streams.info(name);
  expect(config).toMatchObject({ max_age: 60e9, duplicate_window: 60e9, max_bytes: 1_000_000 });
  expect(config.subjects).toEqual([`${namespace}.evt.identity.>`]);
});

test("the same entry twice is stored once, and one that is too large not at all", async () => {
  await using post = await openTestCourier();
  await post.courier.ensure("identity");
  await publish(post, 1, 1);
  await post.courier.publish("identity", incarnation, entryAt(2, { payload: new Uint8Array(2_000_000) }));
  expect(post.courier.tooLarge).toBe(1);
  expect((await post.streams.info(streamName(post.namespace, "identity"))).state.messages).toBe(1);
});

test("heads reach whoever listens now", async () => {
  await using post = await openTestCourier();
  const heard: string[] = [];
  using _listening = post.courier.onHeads("identity", ({ incarnation: from, heads }) =>
    heard.push(`${from} ${heads[3]}`),
  );
  const heads = {
    heads: Array.from({ length: 64 }, () => 5n),
    incarnation: ids.next(),
    at: new Date(1_790_000_000_000),
  };
  await post.bus.connection?.flush();
  post.nats.publish(`${post.namespace}.heads.identity`, "nonsense");
  await post.nats.flush();
  post.courier.announceHeads("identity", heads);
  await eventually(() => heard).toEqual([`${heads.incarnation} 5`]);
  expect(post.courier.ignored).toBe(1);
});
