import fc from "fast-check";
import { expect, test } from "vitest";
import { type Grounds, rank, scoreOf, spread } from "./rank.ts";

const place = (id: string, more: Partial<{ postId: string; authorId: string; actorId: string }> = {}) => {
  const { postId = id, authorId = `author of ${id}`, actorId = authorId } = more;
  return { id, postId, authorId, actorId };
};
const grounds = (scores: Record<string, number>, more: Partial<Grounds> = {}): Grounds => ({
  ...{ scores: new Map(Object.entries(scores)), affinity: new Map(), feedback: new Map(), factors: undefined },
  ...{ rerankTop: 0, ...more },
});
const order = (places: ReturnType<typeof place>[], on: Grounds) => rank(places, on).map(({ id }) => id);

test("the best comes first, equal ones stay as they came, and what has no score comes last", () => {
  const places = ["a", "b", "c", "d"].map((id) => place(id));
  expect(order(places, grounds({ b: 2, c: 1, d: 2 }))).toEqual(["b", "d", "c", "a"]);
});

test.each<[string, Partial<Grounds>, number]>([
  ["nothing more is known", {}, 10],
  ["the author is close", { affinity: new Map([["ann", 2]]) }, 20],
  [
    "who shared it is closer than its author",
    {
      affinity: new Map([
        ["ann", 2],
        ["bob", 4],
      ]),
    },
    40,
  ],
  [
    "closeness counts half to the viewer",
    { affinity: new Map([["ann", 4]]), factors: { affinity: 0.5 } as Grounds["factors"] },
    20,
  ],
  ["the viewer wanted more of the author", { feedback: new Map([["ann", 1]]) }, 15],
  ["the viewer wanted less of the author", { feedback: new Map([["ann", -1]]) }, 5],
])("a score where %s", (_, more, expected) => {
  expect(scoreOf(place("a", { authorId: "ann", actorId: "bob" }), grounds({ a: 10 }, more))).toBeCloseTo(expected);
});

test("all places of a post stand together, in their order, where the best of them belongs", () => {
  const places = [place("s2", { postId: "p" }), place("a"), place("s1", { postId: "p" }), place("p")];
  expect(order(places, grounds({ p: 1, a: 2 }))).toEqual(["a", "s2", "s1", "p"]);
  expect(order(places, grounds({ p: 3, a: 2 }))).toEqual(["s2", "s1", "p", "a"]);
});

test("no author of the top follows itself while there is another; what is below stays", () => {
  const places = ["a1", "a2", "a3", "b1", "a4", "c1"].map((id) => place(id, { authorId: id[0] ?? "" }));
  const scores = { a1: 9, a2: 8, a3: 7, b1: 6, a4: 5, c1: 4 };
  expect(order(places, grounds(scores, { rerankTop: 4 }))).toEqual(["a1", "b1", "a2", "a3", "a4", "c1"]);
  expect(order(places, grounds(scores, { rerankTop: 6 }))).toEqual(["a1", "b1", "a2", "c1", "a3", "a4"]);
});

test("spreading loses and invents nothing, and leaves no author beside itself whom another could have parted", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 12 }), (authors) => {
      const best = authors.map((authorId, rank) => ({ authorId, rank }));
      const out = spread(best);
      expect(out.toSorted((x, y) => x.rank - y.rank)).toEqual(best);
      out.forEach(({ authorId }, at) => {
        if (at === 0 || out[at - 1]?.authorId !== authorId) return;
        expect(out.slice(at).every((later) => later.authorId === authorId)).toBe(true);
      });
    }),
  );
});
