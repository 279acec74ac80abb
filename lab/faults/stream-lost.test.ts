import { connect } from "@nats-io/transport-node";
import { expect, inject, test } from "vitest";
import { managerOf, streamName } from "#mesh/log/stream.ts";
import { chanceOf } from "./chance.ts";
import { type Ground, startGround } from "./ground.ts";
import { startOwnNats } from "./own-nats.ts";
import { announce, compare, EVENTS, report, SEED } from "./traffic.ts";

/** How long NATS stays away; the long run takes a minute. */
const AWAY_MS = Number(process.env.LAB_AWAY_MS ?? 3_000);
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function allIsThere(ground: Ground, written: number, what: object): Promise<void> {
  const began = performance.now();
  await ground.settled(60_000 + EVENTS);
  const result = await compare(ground);
  report({ ...what, ...result, settledMs: Math.round(performance.now() - began) });
  expect(result).toEqual({ made: written, events: written, gaps: 0, effects: written, distinct: written, disorder: 0 });
}

test("the stream purged, then deleted, in mid-run: what it had is pulled from its owner", async () => {
  const chance = chanceOf(SEED);
  await using ground = await startGround();
  const connection = await connect({ servers: inject("servers").nats });
  const { streams } = await managerOf(connection);
  const name = streamName(ground.namespace, "identity");
  let over = false;
  let losses = 0;
  const vandal = (async () => {
    while (!over) {
      await pause(150);
      const act = losses % 2 === 0 ? streams.purge(name) : streams.delete(name);
      losses += await act.then(
        () => 1,
        () => 0, // it is just being made again
      );
    }
  })();
  const written = await announce(ground, EVENTS, chance);
  await pause(1_000);
  over = true;
  await vandal;
  await connection.close();
  await allIsThere(ground, written, { losses });
  expect(losses).toBeGreaterThan(1);
}, 900_000);

test("the store replaced by an old copy, then NATS away: writes go on, and consumers pull", async () => {
  const chance = chanceOf(SEED);
  await using nats = await startOwnNats();
  await using ground = await startGround({ env: { NATS_URL: nats.url } });
  let written = await announce(ground, EVENTS / 4, chance);
  await nats.copy();
  written += await announce(ground, EVENTS / 4, chance);
  const during = announce(ground, EVENTS / 4, chance);
  await nats.kill();
  await nats.putBack();
  await nats.start();
  written += await during;
  await allIsThere(ground, written, { fault: "old copy" });

  await nats.kill();
  const end = performance.now() + AWAY_MS;
  written += await announce(ground, EVENTS / 4, chance);
  // Nobody waits for NATS: what is written while it is away is applied while it is away.
  await allIsThere(ground, written, { fault: "away" });
  await pause(Math.max(0, end - performance.now()));
  await nats.start();
  written += await announce(ground, 200, chance);
  await allIsThere(ground, written, { fault: "back" });
}, 900_000);
