import { expect, test } from "vitest";
import { chanceOf } from "./chance.ts";
import { startGround } from "./ground.ts";
import { announce, compare, EVENTS, report, SEED } from "./traffic.ts";

test("a consumer that stood still while another took over finds its position moved, and applies nothing twice", async () => {
  const chance = chanceOf(SEED);
  await using ground = await startGround();
  const second = await ground.secondListener();
  let written = 0;
  for (const [still, other] of [
    [ground.listener, second],
    [second, ground.listener],
  ] as const) {
    const under = announce(ground, EVENTS / 4, chance);
    still.signal("SIGSTOP");
    written += await under;
    written += await announce(ground, EVENTS / 4, chance);
    await ground.settled(30_000); // by the other, whether or not it was its turn before
    still.signal("SIGCONT");
    expect(other.deaths).toBe(0);
  }
  await ground.settled(30_000);
  const result = await compare(ground);
  report(result);
  expect(result).toEqual({ made: written, events: written, gaps: 0, effects: written, distinct: written, disorder: 0 });
}, 300_000);
