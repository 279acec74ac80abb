import { expect, inject, test } from "vitest";
import { chanceOf } from "./chance.ts";
import { startGround } from "./ground.ts";
import { startMischief } from "./mischief.ts";
import { announce, announceLate, compare, EVENTS, report, SEED } from "./traffic.ts";

test("relay and consumer killed throughout, a third of the stream doubled and shuffled: effects equal events, in order", async () => {
  const chance = chanceOf(SEED);
  await using ground = await startGround();
  await using mischief = await startMischief(inject("servers").nats, ground.namespace, 0.3, chance);
  let over = false;
  const kills = (async () => {
    while (!over) {
      await new Promise((resolve) => setTimeout(resolve, 300 + chance() * 1_200));
      await (chance() < 0.5 ? ground.announcer : ground.listener).kill();
    }
  })();
  const written = await announce(ground, EVENTS, chance);
  await new Promise((resolve) => setTimeout(resolve, Math.min(15_000, EVENTS))); // what is carried now is carried under fire
  over = true;
  await kills;
  await ground.settled(60_000 + EVENTS * 2);
  const result = await compare(ground);
  const deaths = ground.announcer.deaths + ground.listener.deaths;
  report({ ...result, deaths, copies: mischief.copies });
  expect(result).toEqual({ made: written, events: written, gaps: 0, effects: written, distinct: written, disorder: 0 });
  expect(deaths).toBeGreaterThan(0);
  expect(mischief.copies).toBeGreaterThan(0);
}, 900_000);

test("64 transactions at once that commit late or never leave no gap, and nobody skips what comes late", async () => {
  const chance = chanceOf(SEED);
  await using ground = await startGround();
  const written = await announceLate(ground, EVENTS, chance, Number(process.env.LAB_DELAY_MS ?? 100));
  await ground.settled(60_000 + EVENTS);
  const result = await compare(ground);
  report(result);
  expect(result).toEqual({ made: written, events: written, gaps: 0, effects: written, distinct: written, disorder: 0 });
}, 1_800_000);
