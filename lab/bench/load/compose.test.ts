import { expect, test } from "vitest";
import { chanceOf } from "../../faults/chance.ts";
import { composed, MIX, partAt } from "./compose.ts";

const people = Array.from({ length: 962 }, (_, n) => ({ id: `${n}`, handle: `reed_${n}`, token: "" }));
const DRAWS = 20_000;

test("of a hundred calls sixty read a home, thirty an account's posts, ten compose", () => {
  const chance = chanceOf(3);
  const drawn = Map.groupBy(
    Array.from({ length: DRAWS }, () => partAt(chance)),
    (part) => part,
  );
  for (const [part, share] of MIX) {
    const found = ((drawn.get(part)?.length ?? 0) / DRAWS) * 100;
    expect(Math.abs(found - share)).toBeLessThan(1.5);
  }
});

test("a composed post has 256 characters, 0-5 mentions, 0-5 links, 0-4 media, each number as often", () => {
  const chance = chanceOf(4);
  const posts = Array.from({ length: DRAWS }, () => composed(people, chance));
  const numbers = {
    mentions: [posts.map(({ text = "" }) => text.split(" ").filter((word) => word.startsWith("@")).length), 5],
    links: [posts.map(({ text = "" }) => text.split(" ").filter((word) => word.startsWith("https:")).length), 5],
    media: [posts.map(({ media = [] }) => media.length), 4],
  } as const;
  for (const [counts, most] of Object.values(numbers)) {
    const seen = Map.groupBy(counts, (count) => count);
    expect([...seen.keys()].toSorted((a, b) => a - b)).toEqual(Array.from({ length: most + 1 }, (_, n) => n));
    for (const { length } of seen.values()) expect(length / DRAWS).toBeCloseTo(1 / (most + 1), 1.5);
  }
  for (const { text = "" } of posts) {
    expect(text.split(" ")[0]).toMatch(/^[a-z0-9]{256}$/);
    expect(text.length).toBeLessThanOrEqual(500);
  }
});

test("media have ids that content accepts", () => {
  const chance = chanceOf(5);
  const ids = Array.from({ length: 200 }, () => composed(people, chance).media ?? []).flat();
  expect(ids.length).toBeGreaterThan(100);
  for (const { mediaId } of ids)
    expect(mediaId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
});
