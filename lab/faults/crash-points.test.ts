import { expect, test } from "vitest";
import { crashPoints } from "#mesh/crash-points.ts";
import { openCaller } from "./caller.ts";
import { startGround } from "./ground.ts";
import { account, compare, report } from "./traffic.ts";

const CALLS = Number(process.env.LAB_CALLS ?? 120);

// The list comes from the code: a new point is exercised here without anybody thinking of it.
test.each(crashPoints)(
  "three deaths at %s: every answered call has one effect, one event, and was applied once",
  async (name) => {
    const where = name.startsWith("consumer.") ? "content" : "identity";
    await using ground = await startGround({ fault: `${where}.${name}:8` });
    using caller = openCaller(ground.url);
    let next = 0;
    const worker = async () => {
      while (next < CALLS) {
        const n = next++;
        await caller.announce(account(n % 40), `h${n}`);
      }
    };
    await Promise.all(Array.from({ length: 6 }, worker));
    await ground.settled(60_000);
    const deaths = ground.announcer.deaths + ground.listener.deaths;
    const [kept] = await ground.made.query<{ n: number }>({
      text: "select count(distinct subject)::int as n from made",
      values: [],
      name: "",
    });
    const result = await compare(ground);
    report({ name, deaths, ...result });
    expect(deaths).toBeGreaterThan(0);
    expect(kept?.n).toBe(CALLS);
    expect(result).toEqual({ made: CALLS, events: CALLS, gaps: 0, effects: CALLS, distinct: CALLS, disorder: 0 });
  },
  180_000,
);
