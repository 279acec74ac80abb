import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { Surface } from "#gen/skein/options/v1/options_pb.ts";
import { layWire, type Wire } from "#mesh/testing/wire.ts";
import { startTestMesh, type TestMesh } from "#mesh/testing.ts";
import { everything } from "../../main.ts";
import { acts, doAll } from "./acting.ts";
import { build } from "./build.ts";
import { EXCEPTIONS } from "./exceptions.ts";
import { blockWithoutBus } from "./late.ts";
import { newResult, type Result } from "./matrix.ts";
import { allMethods, isAboutOthers, shortName } from "./methods.ts";
import { look, recipes } from "./reading.ts";
import { REASONS } from "./reasons.ts";
import { LOCKED_OUT, OPEN, UNSEEN } from "./relations.ts";
import { sees } from "./things.ts";
import { type Town, written } from "./town.ts";
import { administratorOf, lookers, selfOf } from "./viewers.ts";

let wire: Wire;
let mesh: TestMesh;
let town: Town;
const results = new Map<string, Result>();
const begin = (part: string): Result => {
  const result = newResult();
  results.set(part, result);
  return result;
};
/** A broken rule is wrong in a thousand places: a few of them say which. */
const told = ({ wrong }: Result) => ({ mismatches: wrong.length, examples: wrong.slice(0, 20) });
const NONE = { mismatches: 0, examples: [] };

beforeAll(async () => {
  wire = await layWire(inject("servers").nats);
  const roomy = { CONTENT_MAX_DRAFTS: "1000", CONTENT_MAX_SCHEDULED: "1000" };
  const env = { NATS_URL: wire.url, CONTENT_TREND_MIN_ACCOUNTS: "1", CONTENT_THREAD_POSTS: "10", ...roomy };
  mesh = await startTestMesh(
    everything.filter(({ edge }) => !edge),
    env,
  );
  town = await build(mesh);
}, 180_000);
afterAll(async () => {
  const parts = [...results].map(([part, { cells, wrong }]) => ({ part, cells, mismatches: wrong.length }));
  const sum = (of: "cells" | "mismatches") => parts.reduce((all, part) => all + part[of], 0);
  process.stderr.write(`${JSON.stringify({ cells: sum("cells"), mismatches: sum("mismatches"), parts })}\n`);
  await mesh[Symbol.asyncDispose]();
  await wire[Symbol.asyncDispose]();
});

test("every method that is about others has a recipe, or a reason to have none", () => {
  const about = allMethods.filter(isAboutOthers).map(shortName);
  const asked = new Set([...recipes, ...acts].map(({ method }) => shortName(method)));
  expect(about.filter((name) => !asked.has(name) && !(name in REASONS))).toEqual([]);
  expect(Object.keys(REASONS).filter((name) => asked.has(name) || !about.includes(name))).toEqual([]);
});

test("the rules say of each relation what people would say", () => {
  const [viewer] = lookers(town.cast);
  const shown = (kind: "main" | undefined) =>
    town.authors
      .filter((author) => viewer && sees(viewer, kind ? written(town, author, kind) : author.account, Surface.PROFILE))
      .map(({ name }) => name);
  expect(shown(undefined)).toEqual([...OPEN, ...LOCKED_OUT].map(({ name }) => name));
  expect(shown("main")).toEqual(OPEN.map(({ name }) => name));
  expect(UNSEEN.length).toBeGreaterThan(10);
});

test("nobody is told of what is hidden from them, and everybody of what is not", async () => {
  const { cast, authors } = town;
  const result = begin("reading");
  const few = authors.filter(({ relation }) => relation?.sample);
  for (const viewer of [...lookers(cast), administratorOf(cast)])
    await look({ town, viewer }, viewer.name === "viewer" ? authors : few, result);
  for (const author of few) await look({ town, viewer: selfOf(cast, author) }, [author], result, { pages: false });
  expect(told(result)).toEqual(NONE);
  expect([...result.excepted].sort()).toEqual(Object.keys(EXCEPTIONS).sort());
}, 120_000);

test("without the bus a block holds at once for who blocks, and within 5 s for everybody else", async () => {
  const result = begin("without the bus");
  await blockWithoutBus(town, wire, result).finally(() => wire.mend());
  expect(told(result)).toEqual(NONE);
  await mesh.settle();
}, 120_000);

test("whatever is done towards somebody hidden ends like with nobody", async () => {
  const result = begin("acting");
  for (const viewer of lookers(town.cast).slice(0, 1)) await doAll({ town, viewer }, result);
  expect(told(result)).toEqual(NONE);
}, 120_000);
