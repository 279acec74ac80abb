import { expect, test } from "vitest";
import type { Wish } from "./archive-row.ts";
import { type Before, type Outcome, planImport, type Row, type Target } from "./import-plan.ts";

const at = new Date("2026-11-21T12:00:00Z");
const ME = "me";
const plenty = { follows: 100, blocks: 100, mutes: 100, lists: 100 };
const before: Before = { importer: ME, lists: [], left: plenty, mostMembers: 100 };
const person = (id: string, more: Partial<Target> = {}): Target => ({
  ...{ id, locked: false, following: false, blocking: false, muting: false },
  ...more,
});
const named = (target: Row["target"]) => ({ accountId: typeof target === "object" ? target.id : "", handle: "", at });
const follow = (target: Row["target"]): Row => ({
  wish: { ...named(target), kind: "follow", hideReposts: false, notifyOnPost: false, hideFromHome: false },
  target,
});
const block = (target: Row["target"]): Row => ({ wish: { ...named(target), kind: "block" }, target });
const mute = (target: Row["target"]): Row => ({
  wish: { ...named(target), kind: "mute", scopes: ["HOME"], expiresAt: undefined },
  target,
});
const list = (title: string, target: Row["target"] = "NOBODY"): Row => ({
  wish: { ...named(target), kind: "list", title, exclusive: false, hideReposts: false } as Wish,
  target,
});
const [ann, bob] = [person("ann"), person("bob")];
const no = (failed: string) => ({ failed });

test.each<[string, Row[], Partial<Before>, Outcome[]]>([
  ["each kind is done", [follow(ann), block(bob), mute(ann), list("a", ann)], {}, ["DONE", "DONE", "DONE", "DONE"]],
  ["a locked account is asked", [follow(person("shy", { locked: true }))], {}, ["REQUESTED"]],
  [
    "a second row of the same kind changes nothing",
    [follow(ann), follow(ann), mute(ann), mute(ann), list("a", ann), list("a", ann), block(bob), block(bob)],
    {},
    ["DONE", "UNCHANGED", "DONE", "UNCHANGED", "DONE", "UNCHANGED", "DONE", "UNCHANGED"],
  ],
  [
    "what is there stays",
    [
      follow(person("a", { following: true })),
      block(person("b", { blocking: true })),
      mute(person("c", { muting: true })),
    ],
    {},
    ["UNCHANGED", "UNCHANGED", "UNCHANGED"],
  ],
  [
    "nobody does it to themselves, but anybody may be on their own list",
    [follow(person(ME)), block(person(ME)), mute(person(ME)), list("a", person(ME))],
    {},
    [no("SELF_FOLLOW"), no("SELF_BLOCK"), no("SELF_MUTE"), "DONE"],
  ],
  [
    "whom nobody knows, or who hides, is not found",
    [follow(undefined), block(undefined), mute(undefined), { ...list("a"), target: undefined }],
    {},
    Array(4).fill(no("ACCOUNT_NOT_FOUND")),
  ],
  [
    "whom the importer blocks is neither followed nor listed, but may be muted",
    [
      follow(person("x", { blocking: true })),
      list("a", person("x", { blocking: true })),
      mute(person("x", { blocking: true })),
    ],
    {},
    [no("BLOCKED_BY_YOU"), no("BLOCKED_BY_YOU"), "DONE"],
  ],
  [
    "a block counts before rows that stand before it",
    [follow(ann), list("a", ann), block(ann)],
    {},
    [no("BLOCKED_BY_YOU"), no("BLOCKED_BY_YOU"), "DONE"],
  ],
  [
    "there is an end to each kind, and what failed takes no place",
    [follow(undefined), follow(ann), follow(bob), block(ann), mute(ann), list("a"), list("b")],
    { left: { follows: 1, blocks: 0, mutes: 0, lists: 1 } },
    [
      no("ACCOUNT_NOT_FOUND"),
      "DONE",
      no("TOO_MANY_FOLLOWS"),
      no("TOO_MANY_BLOCKS"),
      no("TOO_MANY_MUTES"),
      "DONE",
      no("TOO_MANY_LISTS"),
    ],
  ],
  [
    "lists are found by title, and made by the first row that names them",
    [list("old"), list("old", ann), list("old", bob), list("new", ann), list("new")],
    { lists: [{ title: "old", size: 2, members: new Set(["ann"]) }] },
    ["UNCHANGED", "UNCHANGED", "DONE", "DONE", "UNCHANGED"],
  ],
  [
    "a list takes so many",
    [list("old", bob), list("new", ann), list("new", bob), list("new", ann)],
    { lists: [{ title: "old", size: 1, members: new Set() }], mostMembers: 1 },
    [no("LIST_FULL"), "DONE", no("LIST_FULL"), "UNCHANGED"],
  ],
  [
    "a row that fails makes no list",
    [{ ...list("a"), target: undefined }, list("a")],
    {},
    [no("ACCOUNT_NOT_FOUND"), "DONE"],
  ],
  ["a follow of nobody is no row", [follow("NOBODY")], {}, [no("ROW_INVALID")]],
])("%s", (_, rows, more, outcomes) => {
  expect(planImport(rows, { ...before, ...more })).toEqual(outcomes);
});
