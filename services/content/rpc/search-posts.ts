import { type SearchPostsRequest, SearchService } from "#gen/skein/content/v1/search_service_pb.ts";
import type { Context } from "#mesh/context.ts";
import { pageSize } from "#mesh/cursor.ts";
import type { Rpc } from "#mesh/service.ts";
import type { Deps } from "../deps.ts";
import { indexPosts } from "../events/index-posts.ts";
import { failure } from "../failures.ts";
import { boundedDate } from "../rules/bounded-date.ts";
import { requireTag } from "../rules/hashtag.ts";
import { dictionaries, dictionaryOf, primaryOf } from "../rules/search-language.ts";
import { inflectedOf, looksUp, parseQuery, tsqueryOf } from "../rules/search-query.ts";
import { AFTER_ALL } from "../store/moment.ts";
import { scanBack, stemsOf, type Wanted } from "../store/search.ts";
import { candidatesFor, showScanned } from "../view/scan.ts";

const METHOD = SearchService.method.searchPosts;
const DAY_MS = 86_400_000;

/** Finds posts by their words, newest first. What one call looks at is bounded; its token says how far it came. */
export const searchPosts =
  (deps: Deps): Rpc<typeof METHOD> =>
  async (request, ctx) => {
    const [moment = AFTER_ALL[0], id = AFTER_ALL[1]] =
      deps.cursors.read(METHOD, request, request.pageToken).after ?? [];
    const readInfo = await deps.feeds.readInfo(ctx, indexPosts.name);
    const limit = pageSize(request.pageSize);
    const wanted = await wantedBy(deps, ctx, request);
    const seen = await scanBack(deps.db.query, wanted, { created_at: moment, post_id: id }, candidatesFor(limit));
    const keyOf = (row: { created_at: string; post_id: string }) => [row.created_at, row.post_id];
    return { ...(await showScanned(deps, ctx, METHOD, request, seen, { limit, keyOf })), readInfo };
  };

async function wantedBy({ db }: Deps, ctx: Context, request: SearchPostsRequest): Promise<Wanted> {
  const query = parseQuery(request.query);
  const { authorId, repliedToId, mentionedId, since, until, mediaOnly } = request;
  const language = primaryOf(request.language) || undefined;
  const other = [authorId, repliedToId, mentionedId, request.hashtag, language].some(Boolean) || since || until;
  // Exclusions alone leave everything, but of something they may leave something.
  if (!looksUp(query) && !other && !mediaOnly) throw failure("SEARCH_EMPTY");
  const known = language ? [dictionaryOf(language)].filter((name) => name !== undefined) : dictionaries;
  const words = tsqueryOf(query, await stemsOf(db.query, inflectedOf(query), known));
  // Clocks differ a little: what is new to us may be of the next minute. Where time begins, the slices of a search do.
  const latest = new Date(ctx.now.getTime() + DAY_MS);
  return {
    viewerId: ctx.actor?.accountId,
    words: words || undefined,
    authorId: authorId || undefined,
    repliedToId: repliedToId || undefined,
    mentionedId: mentionedId || undefined,
    hashtag: request.hashtag ? requireTag(request.hashtag) : undefined,
    language,
    mediaOnly,
    since: since ? boundedDate(since) : new Date(0),
    until: until && boundedDate(until) < latest ? boundedDate(until) : latest,
  };
}
