import type { DescMethod } from "@bufbuild/protobuf";
import { Verdict, VisibilityReason } from "#gen/skein/common/v1/visibility_pb.ts";
import { Auth, type Surface } from "#gen/skein/options/v1/options_pb.ts";
import { nameOf, optionsOf } from "#mesh/contract.ts";
import { ask, bare, type Outcome } from "./asking.ts";
import type { Question, Recipe, Scene } from "./question.ts";
import { judgement, sees, type Thing } from "./things.ts";
import { nothingTold, readThrough, type Told, tell } from "./told.ts";
import type { Viewer } from "./viewers.ts";

/** What came out: cells asked, and where the product says something else than the table. */
export interface Result {
  cells: number;
  readonly wrong: string[];
  /** Which exceptions named somebody hidden. */
  readonly excepted: Set<string>;
}

export const newResult = (): Result => ({ cells: 0, wrong: [], excepted: new Set() });

/** A page is small, so that lists have several. */
const PAGE = 30;
const MOST_PAGES = 400;

/** Whether a viewer gets past the gate of a method: what happens there is told elsewhere. */
export function letIn({ method, by }: Recipe, viewer: Viewer): boolean {
  const { auth, roles, whileSuspended } = optionsOf(method);
  if (by && !by.includes(viewer.name)) return false;
  if (viewer.suspended && !whileSuspended) return false;
  if (roles.length > 0 && !roles.some((role) => viewer.roles.includes(role))) return false;
  return auth !== Auth.USER || viewer.person !== undefined;
}

/** Asks one question to its last page, and compares all that was told with what the rules say. */
export async function examine(scene: Scene, one: Recipe, question: Question, result: Result): Promise<void> {
  const { town, viewer } = scene;
  const { method } = one;
  const surface = question.surface ?? one.surface ?? optionsOf(method).surface;
  const { about, yields = [], absent = [], wrong } = question;
  const fail = (thing: string, what: string) =>
    result.wrong.push(`${nameOf(method)}, ${viewer.name}, ${thing}: ${what}`);
  const hidden = about !== undefined && !sees(viewer, about, surface);
  const paged = method.input.fields.some(({ name }) => name === "page_token");
  const first = await ask(town.mesh.transport, method, viewer, {
    ...question.request,
    ...(paged && { pageSize: PAGE }),
  });
  if (about) {
    result.cells++;
    if (hidden) {
      const same = await likeNobody(scene, method, question, first);
      if (same !== true) fail(about.name, `hidden (${whyOf(viewer, about, surface)}), but not like nobody: ${same}`);
    } else if (first.refusal !== undefined) return void fail(about.name, `may be seen, but ${first.refusal}`);
  }
  if (first.refusal !== undefined) return hidden ? undefined : void fail("no one", first.refusal);
  const said = wrong?.(first.answer as never);
  if (said) fail(about?.name ?? "the answer", said);

  const told = await readOn(scene, one, question, first, fail);
  for (const thing of told.things)
    if (!sees(viewer, thing, surface)) fail(thing.name, `told, though hidden (${whyOf(viewer, thing, surface)})`);
  for (const thing of yields) {
    result.cells++;
    if (sees(viewer, thing, surface) && !hidden && !told.things.has(thing))
      fail(thing.name, "not there, though it may be seen");
  }
  for (const thing of absent) {
    result.cells++;
    if (told.things.has(thing)) fail(thing.name, "there, though nothing leads to it any more");
  }
  for (const { thing, visibility } of told.judged) {
    result.cells++;
    const { verdict, reason } = judgement(viewer, thing, surface) ?? {};
    if (visibility?.verdict !== verdict || visibility?.reason !== reason)
      fail(
        thing.name,
        `shown as ${named(Verdict, visibility?.verdict)} ${named(VisibilityReason, visibility?.reason)}`,
      );
  }
  for (const [field, things] of told.excepted)
    if ([...things].some((thing) => !sees(viewer, thing, surface))) result.excepted.add(field);
  for (const token of told.tokens)
    for (const thing of readThrough(town.marks, token))
      if (!sees(viewer, thing, surface)) fail(thing.name, "told by a token, though hidden");
}

/** Reads an answer and all that it leads on to. */
async function readOn(
  { town, viewer }: Scene,
  { method, goesOn }: Recipe,
  { request }: Question,
  first: Outcome & { readonly refusal?: undefined },
  fail: (thing: string, what: string) => void,
): Promise<Told> {
  const told = nothingTold();
  const asked = new Set<string>();
  const next = (answer: object): readonly object[] => {
    if (goesOn) return goesOn(answer as never, request as never);
    const { nextPageToken } = answer as { nextPageToken?: string };
    return nextPageToken ? [{ ...request, pageSize: PAGE, pageToken: nextPageToken }] : [];
  };
  const waiting: object[] = [];
  let answer: object | undefined = first.answer;
  for (let pages = 0; answer; pages++) {
    tell(town.marks, answer as never, method.output, told);
    for (const one of next(answer)) {
      const key = JSON.stringify(one);
      if (!asked.has(key)) waiting.push(one);
      asked.add(key);
    }
    answer = undefined;
    const following = waiting.shift();
    if (!following) break;
    const outcome = await ask(town.mesh.transport, method, viewer, following);
    if (outcome.refusal !== undefined || pages > MOST_PAGES) fail("a page", outcome.refusal ?? "the list has no end");
    else answer = outcome.answer;
  }
  return told;
}

/** Whether an outcome is the one to what nobody has, told to the last byte; otherwise both. */
async function likeNobody(
  { town, viewer }: Scene,
  method: DescMethod,
  { about, missing }: Pick<Question, "about" | "missing">,
  outcome: Outcome,
): Promise<true | string> {
  if (!about || !missing) return "nobody to compare with";
  const key = `${viewer.name} ${nameOf(method)} ${JSON.stringify(missing)}`;
  const asking =
    town.answersToNobody.get(key) ??
    ask(town.mesh.transport, method, viewer, missing).then((none) =>
      bare(method, none, [town.nobody.id, town.nobody.handle]),
    );
  town.answersToNobody.set(key, asking);
  const expected = await asking;
  const got = bare(method, outcome, [about.id, about.of.id, about.of.handle]);
  return got === expected || `${got} instead of ${expected}`;
}

function whyOf(viewer: Viewer, thing: Thing, surface: Surface): string {
  const judged = judgement(viewer, thing, surface);
  return judged ? named(VisibilityReason, judged.reason) : "DELETED";
}

const named = (values: object, value: number | undefined): string =>
  Object.entries(values).find(([, one]) => one === value)?.[0] ?? "nothing";
