import { expect, test } from "vitest";
import { isReserved } from "../../services/identity/rules/handle.ts";
import { chanceOf } from "./chance.ts";
import { apart } from "./names.ts";
import { phrase } from "./phrase.ts";
import { planned, tally } from "./testing.ts";
import { everyday } from "./topics/everyday.ts";
import { topics } from "./topics/index.ts";
import { japanese, portuguese, spanish } from "./topics/more-tongues.ts";
import { asides, closers, company, mentions, remarks, thanks } from "./topics/phrases.ts";
import { stories } from "./topics/stories.ts";
import { french, german } from "./topics/tongues.ts";

const { plan, people } = planned();
const speech = [everyday, ...topics, german, french, spanish, portuguese, japanese];

test("a slot is one word throughout, a numbered one another word, and a sentence begins with a capital", () => {
  const words = { pet: ["cat", "dog"] };
  for (let n = 0; n < 20; n++) {
    const text = phrase("{pet} sees {pet2}. {pet} sleeps.", words, chanceOf(n));
    expect(text).toMatch(/^(Cat sees dog\. Cat sleeps\.|Dog sees cat\. Dog sleeps\.)$/);
  }
  expect(() => phrase("{nothing}", words, chanceOf(1))).toThrow("nothing is known about {nothing}");
});

test("every phrase can be filled, and there are several hundred of them", () => {
  const all = [
    ...speech.flatMap(({ posts, replies, bios, words }) =>
      [...posts, ...replies, ...bios].map((text) => [text, words]),
    ),
    ...[...closers, ...remarks, ...thanks, ...stories.flatMap(({ posts }) => posts)].map((text) => [text, {}]),
    ...asides.map((text) => [text, company]),
    ...mentions.map((text) => [text, { name: ["@somebody"] }]),
  ] as [string, Record<string, string[]>][];
  expect(all.length).toBeGreaterThan(600);
  for (const [text, words] of all)
    for (let n = 0; n < 3; n++) expect(phrase(text, words, chanceOf(text, n))).toMatch(/^[^{}]+$/);
});

test("no post is too long or has a slot left, and posts do not look alike", () => {
  for (const { text } of plan.posts) {
    expect(text).toMatch(/^[^{}]+$/);
    expect(text.length).toBeLessThan(400);
  }
  const [openings, answers] = [plan.posts.filter(({ reply }) => !reply), plan.posts.filter(({ reply }) => reply)].map(
    (some) => tally(some.map(({ text }) => text)),
  );
  expect(openings?.length).toBeGreaterThan(0.85 * 2_280);
  expect(answers?.length).toBeGreaterThan(0.6 * 1_720);
  expect(openings?.[0]?.[1]).toBeLessThan(25);
  expect(answers?.[0]?.[1]).toBeLessThan(25);
});

test("polls are ones that the service would take", () => {
  const polls = [...topics, everyday].flatMap((topic) => topic.polls);
  for (const { text, options } of polls) {
    expect(text).not.toBe("");
    expect(new Set(options).size).toBe(options.length);
    expect(options.length).toBeGreaterThanOrEqual(2);
    expect(options.length).toBeLessThanOrEqual(4);
  }
});

test("handles are ones that registration would take, and no two are equal", () => {
  const handles = people.map(({ handle }) => handle);
  expect(new Set(handles).size).toBe(handles.length);
  for (const handle of handles) {
    expect(handle).toMatch(/^[a-z0-9_]{2,30}$/);
    expect(isReserved(handle)).toBe(false);
  }
  expect(apart(["a_b", "a_b", "c"], new Set(["c", "a_b_2"]))).toEqual(["a_b", "a_b_3", "c_2"]);
});
