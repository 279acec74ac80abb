import type { Post } from "#gen/skein/content/v1/post_view_pb.ts";

/** One page of a list of posts. */
export interface PostPage {
  readonly posts: readonly Post[];
  readonly nextPageToken: string;
}

export const idsOf = (posts: readonly Post[]): string[] => posts.map(({ card }) => card?.id ?? "");

/** Reads a list page by page, doing something after each, and returns the ids in the order they came. */
export async function readThrough(
  ask: (pageToken: string) => Promise<PostPage>,
  between: (page: number) => Promise<unknown> = async () => undefined,
): Promise<string[]> {
  const seen: string[] = [];
  for (let pageToken = "", page = 0; page === 0 || pageToken !== ""; page++) {
    if (page > 500) throw new Error("the list does not end");
    const answer = await ask(pageToken);
    seen.push(...idsOf(answer.posts));
    pageToken = answer.nextPageToken;
    await between(page);
  }
  return seen;
}
