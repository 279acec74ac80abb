import { inParts } from "./in-parts.ts";
import { examine, letIn, type Result } from "./matrix.ts";
import type { Question, Recipe, Scene } from "./question.ts";
import { accounts } from "./questions/accounts.ts";
import { discovery } from "./questions/discovery.ts";
import { follows } from "./questions/follows.ts";
import { own } from "./questions/own.ts";
import { posts } from "./questions/posts.ts";
import { threads } from "./questions/threads.ts";
import { timelines } from "./questions/timelines.ts";
import type { Person } from "./things.ts";

/** How each method that shows others is asked. */
export const recipes: readonly Recipe[] = [
  ...accounts,
  ...follows,
  ...own,
  ...posts,
  ...threads,
  ...discovery,
  ...timelines,
];

/** What of it is asked: `pages` show many at once, `numbers` say how many there are. */
interface Extent {
  readonly pages?: boolean;
  readonly numbers?: boolean;
}

/** Lets a viewer ask everything, about authors one by one and about all of them. */
export async function look(
  scene: Scene,
  authors: readonly Person[],
  result: Result,
  { pages = true, numbers = true }: Extent = {},
): Promise<void> {
  const asked = recipes
    .filter((recipe) => letIn(recipe, scene.viewer) && (scene.viewer.name !== "administrator" || recipe.by))
    .flatMap((recipe) => {
      const questions: Question[] = authors.flatMap((author) => recipe.each?.(scene, author) ?? []);
      return [...((pages && recipe.once?.(scene)) || []), ...questions].map((question) => ({ recipe, question }));
    });
  await inParts(asked, 8, ({ recipe, question }) => {
    const { wrong: _, ...rest } = question;
    return examine(scene, recipe, numbers ? question : rest, result);
  });
}
