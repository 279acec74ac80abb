import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { chanceOf } from "../../faults/chance.ts";
import { type Graph, makeGraph, readGraph } from "./graph.ts";

const degrees = ({ people, edges }: Graph): number[] => {
  const found = new Array<number>(people).fill(0);
  for (const place of edges.flat()) found[place] = (found[place] ?? 0) + 1;
  return found.toSorted((a, b) => b - a);
};

test("Reed98 has 962 people and 18,812 edges", () => {
  const graph = readGraph(readFileSync(join(import.meta.dirname, "../../data/socfb-Reed98.edges"), "utf8"));
  expect([graph.people, graph.edges.length]).toEqual([962, 18_812]);
  expect(degrees(graph)[0]).toBe(313);
});

test("an edge list may have comments, commas, names that are no numbers, doubles and loops", () => {
  const graph = readGraph("% a comment\n# another\n7 9\n9,7\n7 7\n\n9 bob\n");
  expect(graph).toEqual({
    people: 3,
    edges: [
      [0, 1],
      [1, 2],
    ],
  });
});

test("a graph that is made has a long tail, no loops, no doubles, and is the same for the same seed", () => {
  const graph = makeGraph(5_000, 10, chanceOf(1));
  const sorted = degrees(graph);
  expect(graph.edges.length).toBeGreaterThan(5_000 * 9.5);
  expect(new Set(graph.edges.map(([a, b]) => (a < b ? `${a} ${b}` : `${b} ${a}`))).size).toBe(graph.edges.length);
  expect(graph.edges.every(([a, b]) => a !== b && a < 5_000 && b < 5_000)).toBe(true);
  expect(sorted[0]).toBeGreaterThan(20 * (sorted[2_500] ?? 0)); // chance alone would make it three times the middle
  expect(sorted.at(-1)).toBeGreaterThan(0);
  expect(makeGraph(5_000, 10, chanceOf(1))).toEqual(graph);
});
