import { expect, test } from "vitest";
import { coolHomes } from "../store/incarnations.ts";
import { homeOf, hotHomeOf, settleHomes } from "../testing/homes.ts";
import { follow, people, post } from "../testing/people.ts";
import { startTimeline } from "../testing/start.ts";

test("homes that were made cold are not believed any more, and are removed; the others stay", async () => {
  await using mesh = await startTimeline();
  const { ann, bob } = await people(mesh, "ann", "bob");
  await follow(mesh, ann, bob);
  const made = await post(mesh, bob, "hello");
  await settleHomes(mesh);
  await homeOf(mesh, ann);
  const { redis, db } = mesh.timeline;
  const homes = async () =>
    (await redis.client.keys(`${redis.client.options.keyPrefix}timeline:*:homes:*:*`)).filter(isHome);
  expect(await homes()).toHaveLength(1);
  await db.transact((tx) => coolHomes(tx));
  await mesh.runJob("timeline", "guard-homes");
  expect(await hotHomeOf(mesh, ann)).toBeUndefined();
  expect(await homeOf(mesh, ann)).toEqual([made]);
  expect(await homes()).toHaveLength(2);
  await mesh.runJob("timeline", "sweep-homes");
  expect(await homes()).toHaveLength(1);
  expect(await hotHomeOf(mesh, ann)).toEqual([made]);
});

const isHome = (key: string): boolean =>
  !/:(pulled|newest|told|news|placed|placed:ids|epoch|epoch:.*|unsettled:.*)$/s.test(key); // ids are bytes: any may be a colon
