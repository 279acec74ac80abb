import fc from "fast-check";
import { expect, test } from "vitest";
import { chooseTree, type Node, weaveTree } from "./thread-tree.ts";

type Shape = { [id: string]: Shape };

/** Lists of siblings as a nested object draws them. */
function listsOf(shape: Shape, id = "root", lists = new Map<string, { id: string }[]>()) {
  const names = Object.keys(shape);
  if (names.length > 0)
    lists.set(
      id,
      names.map((name) => ({ id: name })),
    );
  for (const name of names) listsOf(shape[name] ?? {}, name, lists);
  return lists;
}

const draw = (nodes: readonly Node[]) =>
  nodes.map(
    (node) =>
      `${"-".repeat(node.depth)}${node.kind === "more" ? `+${node.count}` : node.id}${node.kind === "gone" ? "?" : ""}`,
  );

const shape: Shape = { a: { a1: { a11: {} }, a2: {} }, b: { b1: {} }, c: {}, d: {} };

test.each<[number, number, string[]]>([
  [99, 9, ["-a", "--a1", "---a11", "--a2", "-b", "--b1", "-c", "-d"]],
  [99, 1, ["-a", "--+2", "-b", "--+1", "-c", "-d"]],
  [2, 9, ["-a", "--+2", "-b", "--+1", "-+2"]],
  [4, 9, ["-a", "--a1", "---+1", "--+1", "-b", "--+1", "-c", "-+1"]],
  [0, 9, ["-+4"]],
])("of a tree %i posts and %i levels are shown as %j", (most, depth, expected) => {
  const siblings = listsOf(shape);
  const shown = chooseTree(siblings, "root", { most, depth });
  const left = (id: string, count: number) => (siblings.get(id)?.length ?? 0) - count || undefined;
  expect(draw(weaveTree({ siblings, shown, seen: () => true, left }, "root"))).toEqual(expected);
});

test("what nobody will see takes no room", () => {
  const siblings = new Map([
    ["root", [{ id: "x", dead: true }, { id: "a" }, { id: "y", dead: true }, { id: "b" }, { id: "c" }]],
  ]);
  expect(chooseTree(siblings, "root", { most: 2, depth: 1 })).toEqual(new Map([["root", 4]]));
  expect(chooseTree(new Map([["root", [{ id: "x", dead: true }]]]), "root", { most: 2, depth: 1 })).toEqual(new Map());
});

test("what is hidden keeps a place above what is seen, and leaves no trace elsewhere", () => {
  const siblings = listsOf(shape);
  const shown = chooseTree(siblings, "root", { most: 99, depth: 9 });
  const woven = (hidden: string, left: number | undefined = undefined) =>
    draw(weaveTree({ siblings, shown, seen: (id) => !hidden.split(" ").includes(id), left: () => left }, "root"));
  expect(woven("a b1")).toEqual(["-a?", "--a1", "---a11", "--a2", "-b", "-c", "-d"]);
  expect(woven("a a1 a2")).toEqual(["-a?", "--a1?", "---a11", "-b", "--b1", "-c", "-d"]);
  expect(woven("a a1 a2 a11 b b1 c d")).toEqual([]);
  // Nor does a truncated branch of hidden posts show by what it leaves out.
  expect(woven("a a1 a2 a11 b b1 c", 7)).toEqual(["-d", "--+7", "-+7"]);
});

test("whatever the tree, what is shown is a prefix of siblings, hangs together and keeps its bounds", () => {
  const tree = fc.letrec<{ tree: number[][] }>(() => ({
    tree: fc.array(fc.array(fc.nat(5), { maxLength: 6 }), { maxLength: 30 }),
  })).tree;
  fc.assert(
    fc.property(tree, fc.nat(20), fc.integer({ min: 1, max: 4 }), (levels, most, depth) => {
      const siblings = new Map<string, { id: string }[]>();
      const parents = ["root"];
      levels.forEach((children, at) => {
        const parent = parents[at];
        if (parent === undefined || children.length === 0) return;
        const ids = children.map((_, place) => `${parent}.${place}`);
        siblings.set(
          parent,
          ids.map((id) => ({ id })),
        );
        parents.push(...ids);
      });
      const shown = chooseTree(siblings, "root", { most, depth });
      const nodes = weaveTree({ siblings, shown, seen: () => true, left: () => undefined }, "root");
      const ids = new Set(nodes.flatMap((node) => (node.kind === "post" ? [node.id] : [])));
      expect(ids.size).toBe(Math.min(most, [...siblings.keys()].length === 0 ? 0 : countWithin(siblings, depth)));
      for (const node of nodes) {
        expect(node.depth).toBeLessThanOrEqual(depth);
        expect(node.parentId === "root" || ids.has(node.parentId)).toBe(true);
      }
    }),
  );
});

const countWithin = (siblings: Map<string, { id: string }[]>, depth: number): number =>
  [...siblings.values()].flat().filter(({ id }) => id.split(".").length - 1 <= depth).length;
