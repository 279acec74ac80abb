import { timestampDate } from "@bufbuild/protobuf/wkt";
import type { PostCard } from "#gen/skein/content/v1/post_pb.ts";
import type { Tx } from "#mesh/store/commit.ts";
import { sql } from "#mesh/store/sql.ts";
import { dictionaryOf, primaryOf } from "../rules/search-language.ts";
import { inflects, vectorOf } from "../rules/search-words.ts";

/**
 * Makes cards findable, in one statement; what is indexed in this version or a later one stays as it is. Stems carry the
 * name of their dictionary, so that those of one language are no words of another.
 */
export async function indexCards({ query }: Pick<Tx, "query">, cards: readonly PostCard[]): Promise<void> {
  if (cards.length === 0) return;
  const docs = cards.map(docOf);
  const column = <K extends keyof Doc>(name: K): Doc[K][] => docs.map((doc) => doc[name]);
  await query(sql`
    with card as (select * from unnest(${column("id")}::uuid[], ${column("author")}::uuid[], ${column("at")}::timestamptz[],
        ${column("version")}::bigint[], ${column("audience")}::smallint[], ${column("language")}::text[], ${column("parent")}::uuid[],
        ${column("mentioned")}::text[], ${column("tags")}::text[], ${column("media")}::boolean[], ${column("vector")}::text[],
        ${column("dictionary")}::text[], ${column("inflected")}::text[])
      as c (post_id, author_id, at, version, audience, language, parent, mentioned, tags, media, vector, dictionary, inflected))
    insert into search_doc (post_id, author_id, created_at, version, audience, language, parent_author_id, mentioned_ids,
        hashtags, has_media, words)
      select post_id, author_id, at, version, audience, language, parent, string_to_array(mentioned, ' ')::uuid[],
        string_to_array(tags, ' '), media, vector::tsvector || coalesce(stems.vector_of_stems, '')
      from card left join lateral (select array_to_tsvector(array_agg(distinct dictionary || ':' || stem)) as vector_of_stems
        from unnest(string_to_array(inflected, ' ')) word, unnest(ts_lexize(dictionary::regdictionary, word)) stem) stems on true
      on conflict (created_at, post_id) do update set version = excluded.version, audience = excluded.audience,
        language = excluded.language, parent_author_id = excluded.parent_author_id, mentioned_ids = excluded.mentioned_ids,
        hashtags = excluded.hashtags, has_media = excluded.has_media, words = excluded.words
    where search_doc.version < excluded.version`);
}

type Doc = ReturnType<typeof docOf>;

function docOf(card: PostCard) {
  const { text, contentWarning, media, poll, language } = card;
  const { vector, words } = vectorOf([
    text,
    contentWarning,
    ...media.map(({ altText }) => altText),
    ...(poll?.options ?? []),
  ]);
  const dictionary = dictionaryOf(language) ?? null;
  return {
    id: card.id,
    author: card.authorId,
    at: card.createdAt ? timestampDate(card.createdAt) : new Date(0),
    version: String(card.version),
    audience: card.audience,
    language: primaryOf(language),
    parent: card.reply?.parentAuthorId ?? null,
    mentioned: card.mentionedIds.join(" "),
    tags: card.hashtags.join(" "),
    media: media.length > 0,
    vector,
    dictionary,
    inflected: dictionary ? [...words].filter(inflects).join(" ") : "",
  };
}

/** Makes a deleted post unfindable. */
export async function unindexPost(
  { query }: Pick<Tx, "query">,
  { postId, version }: { postId: string; version: bigint },
): Promise<void> {
  await query(sql`delete from search_doc where post_id = ${postId} and version < ${version}`);
}

/** Empties a partition's share of the index; the posts themselves say which that is. */
export async function unindexShard({ query }: Pick<Tx, "query">, shard: number): Promise<void> {
  await query(sql`delete from search_doc d using post p where p.shard = ${shard}::smallint and d.post_id = p.id`);
}
