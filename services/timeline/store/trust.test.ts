import { expect, test } from "vitest";
import { createBelieved } from "../hot/believed.ts";
import { Flag } from "../rules/between-flags.ts";
import { bytesOf } from "../rules/entry-ids.ts";
import type { AccountFacts } from "./known-accounts.ts";
import { createTrusts } from "./trust.ts";
import type { Viewer } from "./viewer.ts";

const ANN = "01a1ff05-148e-72c7-8bf2-a9eb61304eab";
const BOB = "01a1ff05-148e-72c7-8bf2-a9eb61304eac";
const CHANGING = 1;
const CHANGED = 2;
const FACTS = { flags: Flag.STANDING & 1, author: undefined };

function memory() {
  let now = 1_000_000;
  const accounts = createBelieved<AccountFacts>(100, () => now);
  const trusts = createTrusts(accounts, 100, () => now);
  const news = (count: number, ...told: readonly (readonly [state: number, id: string])[]): Buffer => {
    const head = Buffer.alloc(6);
    head.writeUIntBE(count, 0, 6);
    return Buffer.concat([head, ...told.flatMap(([state, id]) => [Buffer.of(state), bytesOf(id)])]);
  };
  const standing = (mark: string, epoch: string) => mark.padEnd(36) + epoch;
  const hear = (mark: string, epoch: string, told = news(7)) =>
    trusts.hear(3, ANN, { standing: standing(mark, epoch), news: told });
  const later = (ms: number): void => {
    now += ms;
  };
  return { accounts, trusts, hear, news, later };
}

test("what is remembered of a reader holds within its epoch, and not while something about it changes", () => {
  const { hear } = memory();
  const first = hear("m", "one");
  expect(hear("m", "one")).toBe(first);
  expect(hear("m", "")).toBeUndefined();
  expect(hear("m", "one")).toBe(first); // another reader's change had nothing to do with it
  const second = hear("m", "two");
  expect(second).not.toBe(first);
  expect(hear("m", "one")).not.toBe(first); // a former epoch never comes back
});

test("another pull mark lets only the viewer be read anew", () => {
  const { hear } = memory();
  const trust = hear("m", "one");
  if (!trust) throw new Error("nothing is remembered");
  trust.viewer = { accountId: ANN } as Viewer;
  trust.between.set(BOB, Flag.FOLLOWING);
  expect(hear("n", "one")).toBe(trust);
  expect(trust.viewer).toBeUndefined();
  expect(trust.between.get(BOB)).toBe(Flag.FOLLOWING);
});

test("nothing is remembered beyond the end of a mute, nor for long", () => {
  const { hear, later } = memory();
  const muting = hear("m", "one");
  if (!muting) throw new Error("nothing is remembered");
  muting.until = 1_000_500;
  later(499);
  expect(hear("m", "one")).toBe(muting);
  later(1);
  const after = hear("m", "one");
  expect(after).not.toBe(muting);
  later(10 * 60_000);
  expect(hear("m", "one")).not.toBe(after);
});

test("an account of which there is news is read anew, and not believed while it changes", () => {
  const { accounts, hear, news, later } = memory();
  hear("m", "one");
  const before = accounts.moment;
  accounts.learn(BOB, FACTS, before);
  expect(accounts.get(BOB)).toBe(FACTS);
  expect(accounts.unchanged([BOB], before)).toBe(true);
  hear("m", "one", news(8, [CHANGING, BOB]));
  expect(accounts.get(BOB)).toBeUndefined();
  expect(accounts.unchanged([BOB], before)).toBe(false);
  expect(accounts.unchanged([ANN], before)).toBe(true);
  accounts.learn(BOB, FACTS, accounts.moment);
  expect(accounts.get(BOB)).toBeUndefined(); // it may be what it was before
  const asked = accounts.moment;
  hear("m", "one", news(9, [CHANGED, BOB]));
  accounts.learn(BOB, FACTS, asked);
  expect(accounts.get(BOB)).toBeUndefined(); // this statement was sent before the news
  accounts.learn(BOB, FACTS, accounts.moment);
  expect(accounts.get(BOB)).toBe(FACTS);
  hear("m", "one", news(10, [CHANGING, BOB]));
  later(30_000);
  accounts.learn(BOB, FACTS, accounts.moment);
  expect(accounts.get(BOB)).toBe(FACTS); // whoever changed it is gone
});

test("who missed news, or hears a count begun anew, forgets all accounts", () => {
  const { accounts, trusts, hear, news } = memory();
  expect(trusts.heard(3)).toBe(0);
  for (const told of [news(7), news(500), news(400)]) {
    const asked = accounts.moment;
    accounts.learn(BOB, FACTS, accounts.moment);
    hear("m", "one", told);
    expect(accounts.get(BOB)).toBeUndefined();
    accounts.learn(BOB, FACTS, asked);
    expect(accounts.get(BOB)).toBeUndefined();
    expect(accounts.unchanged([ANN], asked)).toBe(false);
  }
  expect(trusts.heard(3)).toBe(400);
});
