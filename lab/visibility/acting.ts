import { nameOf } from "#mesh/contract.ts";
import { accountActs } from "./acts/accounts.ts";
import type { Act } from "./acts/act.ts";
import { postActs } from "./acts/posts.ts";
import { ask, bare, type Outcome } from "./asking.ts";
import { inParts } from "./in-parts.ts";
import type { Result } from "./matrix.ts";
import type { Scene } from "./question.ts";
import { type Person, sees, type Thing } from "./things.ts";
import { nothingTold, tell } from "./told.ts";

/** Everything that a viewer does towards others, in the order in which it is done. */
export const acts: readonly Act[] = [...postActs, ...accountActs];

/** Does everything towards everybody: what is hidden from the viewer is, to them, what nobody has. */
export async function doAll(scene: Scene, result: Result): Promise<void> {
  const { authors } = scene.town;
  for (const one of acts) {
    const [first] = authors;
    const shapes = first ? one.towards(scene, first) : [];
    const nobody = await Promise.all(
      shapes.map(async ({ request }) => {
        const { outcome } = await perform(scene, one, await request(scene.town.nobody.account));
        return wordsOf(one, outcome, scene.town.nobody.account);
      }),
    );
    await inParts(authors, 6, (author) => towards(scene, one, author, nobody, result));
  }
}

/** The same of one author after the other, compared with what it came to with nobody. */
async function towards(
  scene: Scene,
  one: Act,
  author: Person,
  nobody: readonly string[],
  result: Result,
): Promise<void> {
  for (const [place, { about, alike, request }] of one.towards(scene, author).entries()) {
    const fail = (what: string) =>
      result.wrong.push(`${nameOf(one.method)}, ${scene.viewer.name}, ${about.name}: ${what}`);
    const expected = one.always || (alike ?? !sees(scene.viewer, about, one.surface));
    const { outcome, shown } = await perform(scene, one, await request(about));
    const found = wordsOf(one, outcome, about);
    result.cells++;
    if (expected && found !== nobody[place]) fail(`${found} instead of ${nobody[place]}`);
    if (!expected && found === nobody[place]) fail(`as if it were not there: ${found}`);
    // One's own row about somebody hidden names them, and nobody else.
    for (const thing of shown)
      if (thing !== about && !sees(scene.viewer, thing, one.surface)) fail(`the answer tells of ${thing.name}`);
  }
}

async function perform({ town, viewer }: Scene, { method }: Act, request: object) {
  const outcome = await ask(town.mesh.transport, method, viewer, request);
  const told = nothingTold();
  if (outcome.refusal === undefined) tell(town.marks, outcome.answer, method.output, told);
  return { outcome, shown: told.things };
}

/** What came of it, without the words that name whom it was about. */
function wordsOf({ method, told }: Act, outcome: Outcome, { id, of }: Thing): string {
  const asked = [id, of.id, of.handle];
  if (outcome.refusal !== undefined || !told) return bare(method, outcome, asked);
  return asked.reduce((words, one) => words.replaceAll(one, "asked"), told(outcome.answer as never));
}
