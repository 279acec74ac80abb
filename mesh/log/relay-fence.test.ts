import { expect, test } from "vitest";
import type { Db } from "../store/database.ts";
import type { Sql } from "../store/sql.ts";
import { eventually, openTestCourier } from "../testing/courier.ts";
import { openOwnLog } from "../testing/own-log.ts";
import { placesOf, relayOf } from "../testing/relay.ts";
import type { Courier } from "./courier.ts";

/** A database whose lease table says to everybody that everything is his: the fence alone must do. */
const unleased = (db: Db, after: (statement: Sql) => Promise<void> = async () => undefined): Db => {
  const query = async (statement: Sql) => {
    if (/\blease\b/.test(statement.text)) return [{ part: 0 }];
    const rows = await db.query(statement);
    await after(statement);
    return rows;
  };
  return Object.create(db, { query: { value: query } });
};

test("two relays of one log, both sure that it is theirs, publish everything", async () => {
  await using post = await openTestCourier();
  await using own = await openOwnLog(`${post.namespace}_`);
  const heard = await post.listen();
  await using first = await relayOf(post, own);
  await using second = await relayOf(post, { db: unleased(await own.another()) });
  let turn = 0;
  own.db.onLogged((places) => (turn++ % 2 === 0 ? first : second).poke(places));
  for (let round = 0; round < 20; round++) await own.announce(25);
  // Whoever is overtaken at the last moment says so, and finds at its next look that all is done.
  for (const relay of [first, second]) await eventually(() => relay.flush()).toBe(true);
  await eventually(() => placesOf(heard).size).toBe(500);
  expect(await own.carried()).toBe(500);
  expect(second.carried).toBeGreaterThan(0);
});

test("a relay that was overtaken while it published does not move the position back", async () => {
  await using post = await openTestCourier();
  await using own = await openOwnLog(`${post.namespace}_`);
  await own.announce(100);
  const { promise: overtaken, resolve: release } = Promise.withResolvers<void>();
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const slow = {
    async publish(...given: Parameters<Courier["publish"]>) {
      begin();
      await overtaken;
      await post.courier.publish(...given);
    },
  };
  const seen: number[] = [];
  const look = async ({ text }: Sql) => void (/update relay_position/.test(text) && seen.push(await own.carried()));
  await using first = await relayOf(post, { db: unleased(own.db, look) }, slow);
  await begun;
  await using second = await relayOf(post, { db: unleased(await own.another()) });
  await own.announce(100);
  expect(await second.flush()).toBe(true);
  expect(await own.carried()).toBe(200);
  release();
  expect(await first.flush()).toBe(true);
  expect(seen[0]).toBe(200);
});
