import { expect, onTestFinished, test } from "vitest";
import { realLent } from "../lent.ts";
import { eventually } from "../testing/courier.ts";
import { openOwnLog } from "../testing/own-log.ts";
import { placesOf } from "./places.ts";
import { positionsOf } from "./positions.ts";
import { createSaving } from "./saving.ts";

const lent = realLent();

/** A consumer that stands nowhere yet in two partitions, and notes where it found itself moved by somebody else. */
async function consumer(settled = async () => undefined as unknown) {
  const own = await openOwnLog(`s_${lent.ids.next().slice(-12)}_`);
  onTestFinished(() => own[Symbol.asyncDispose]());
  const positions = positionsOf(own.db, "reads", "elsewhere");
  const places = placesOf(() => undefined);
  places.claim([3, 4]);
  for (const [partition, at] of await positions.load([3, 4])) places.take(partition, at);
  const mistaken: number[] = [];
  const saving = createSaving(positions, places, lent, {
    settled,
    mistaken: async (partitions) => void mistaken.push(...partitions),
  });
  onTestFinished(() => saving[Symbol.asyncDispose]());
  return { positions, places, mistaken, saving, written: () => positions.load([3, 4]) };
}

test("positions that passed are written down, and only once though they are asked for at once", async () => {
  const { places, mistaken, saving, written } = await consumer();
  places.pass(3, 7n);
  const first = saving.save();
  places.pass(4, 9n);
  await Promise.all([first, saving.save(), saving.save()]);
  expect([...(await written())].sort()).toEqual([
    [3, 7n],
    [4, 9n],
  ]);
  expect(mistaken).toEqual([]);
  expect(places.unsaved()).toEqual([]);
});

test("they are written down soon by themselves, and with the end at the latest", async () => {
  const { places, saving, written } = await consumer();
  places.pass(3, 7n);
  saving.soon();
  await eventually(async () => (await written()).get(3)).toBe(7n);
  places.pass(3, 8n);
  await saving[Symbol.asyncDispose]();
  expect((await written()).get(3)).toBe(8n);
});

test("nothing is written down before a round that is under way has ended", async () => {
  const round = Promise.withResolvers<void>();
  const { places, saving, written } = await consumer(() => round.promise);
  places.pass(3, 7n);
  const saved = saving.save();
  expect((await written()).get(3)).toBe(0n);
  round.resolve();
  await saved;
  expect((await written()).get(3)).toBe(7n);
});

test("a position that stands elsewhere in the database is told, the others are written down", async () => {
  const { positions, places, mistaken, saving, written } = await consumer();
  expect(await positions.skip([{ partition: 3, before: 0n, after: 5n }])).toEqual(new Set([3]));
  places.pass(3, 7n);
  places.pass(4, 9n);
  await saving.save();
  expect(mistaken).toEqual([3]);
  expect([...(await written())].sort()).toEqual([
    [3, 5n],
    [4, 9n],
  ]);
});
