import { inParts } from "./in-parts.ts";
import { examine, letIn, type Result } from "./matrix.ts";
import type { Question, Recipe, Scene } from "./question.ts";
import { accounts } from "./questions/accounts.ts";
import { discovery } from "./questions/discovery.ts";
import { follows } from "./questions/follows.ts";
import { own } from "./questions/own.ts";
import { posts } from "./questions/posts.ts";
import { threads } from "./questions/threads.ts";
import type { Person } from "./things.ts";

/** How each method that shows others is asked. */
export const recipes: readonly Recipe[] = [...accounts, ...follows, ...own, ...posts, ...threads, ...discovery];

/** Lets a viewer ask everything about authors one by one, with `pages` also what shows many at once, with `numbers` also how many. */
export async function look(
  scene: Scene,
  authors: readonly Person[],
  result: Result,
  { pages = true, numbers = true }: { pages?: boolean; numbers?: boolean } = {},
): Promise<void> {
  const asked = recipes
    .filter((recipe) => letIn(recipe, scene.viewer) && (scene.viewer.name !== "administrator" || recipe.by))
    .flatMap((recipe) => {
      const questions: Question[] = authors.flatMap((author) => recipe.each?.(scene, author) ?? []);
      return [...((pages && recipe.once?.(scene)) || []), ...questions].map((question) => ({ recipe, question }));
    });
  await inParts(asked, 8, ({ recipe, question }) => examine(scene, recipe, question, result));
}
