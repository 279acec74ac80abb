import fc from "fast-check";
import { expect, test } from "vitest";
import { difference, type Head, type Held, told } from "./difference.ts";
import { FOLLOWED, type Known, packResumption, unpackResumption } from "./known.ts";

const id = (n: number) => `01920000-0000-7000-8000-${String(n).padStart(12, "0")}`;
const item = (n: number, stamp = 0, post = n): Known => ({ itemId: id(n), postId: id(post), stamp });
const whole = (...known: Known[]): Held => ({ known, whole: true });
const head = (items: Known[], more: Partial<Head<Known>> = {}): Head<Known> => ({
  ...{ items, floor: undefined, doubtful: false },
  ...more,
});
const nothing = { removes: [], upserts: [], torn: false };

test.each([
  ["nothing has happened", whole(item(2), item(1)), head([item(2), item(1)]), nothing],
  ["something new", whole(item(1)), head([item(3), item(2), item(1)]), { ...nothing, upserts: [item(2), item(3)] }],
  [
    "something that arrived late",
    whole(item(3), item(1)),
    head([item(3), item(2), item(1)]),
    { ...nothing, upserts: [item(2)] },
  ],
  ["an edit", whole(item(1)), head([item(1, 7)]), { ...nothing, upserts: [item(1, 7)] }],
  ["a share of what is there", whole(item(1)), head([item(5, 0, 1)]), { ...nothing, upserts: [item(5, 0, 1)] }],
  ["something gone", whole(item(2), item(1)), head([item(1)]), { ...nothing, removes: [item(2)] }],
  ["something gone, perhaps", whole(item(2), item(1)), head([item(1)], { doubtful: true }), nothing],
  ["something slid out", whole(item(2), item(1)), head([item(2)], { floor: id(2) }), nothing],
  [
    "more than the head shows",
    whole(item(1)),
    head([item(9), item(8)], { floor: id(8) }),
    { removes: [], upserts: [item(8), item(9)], torn: true },
  ],
  ["what lies below", { known: [item(3)], whole: false }, head([item(3), item(2)]), nothing],
])("%s", (_, held, now, expected) => {
  expect(difference(held, now)).toEqual(expected);
});

const heads = fc.array(
  fc.uniqueArray(fc.record({ n: fc.nat({ max: 90 }), stamp: fc.nat({ max: 2 }) }), { selector: ({ n }) => n }),
);

test("whoever is told every difference has what is there, wherever it is cut off in between", () => {
  fc.assert(
    fc.property(heads, fc.array(fc.nat({ max: 5 })), (states, cuts) => {
      let held: Held = whole();
      for (const [step, state] of states.entries()) {
        const items = state.map(({ n, stamp }) => item(n, stamp)).sort((a, b) => (a.itemId < b.itemId ? 1 : -1));
        for (const enough of [cuts[step] ?? 0, 1_000]) {
          const { removes, upserts } = difference(held, head(items));
          const frames = [...removes.map((removed) => ({ removed })), ...upserts.map((upserted) => ({ upserted }))];
          for (const frame of frames.slice(0, enough)) held = told(held, frame);
          held = unpackResumption(packResumption({ givenMs: 1, ...held })) ?? held;
        }
        if (items.length <= FOLLOWED && held.whole) expect(held.known).toEqual(items);
        else expect(held.known).toEqual(items.filter(({ itemId }) => itemId >= (held.known.at(-1)?.itemId ?? "")));
      }
    }),
  );
});

test.each([[Buffer.alloc(3)], [Buffer.concat([packResumption({ givenMs: 1, ...whole(item(1)) }), Buffer.alloc(4)])]])(
  "%# what is no resumption is none",
  (bytes) => {
    expect(unpackResumption(bytes)).toBeUndefined();
  },
);
