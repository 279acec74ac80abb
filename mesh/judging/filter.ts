import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampDate } from "@bufbuild/protobuf/wkt";
import { FilterAction, type FilterRule, FilterScope } from "#gen/skein/content/v1/content_filter_pb.ts";
import type { PostCard } from "#gen/skein/content/v1/post_pb.ts";
import type { FilterMatchSchema } from "#gen/skein/content/v1/post_view_pb.ts";
import type { Profile } from "#gen/skein/identity/v1/account_pb.ts";
import { Surface } from "#gen/skein/options/v1/options_pb.ts";
import { foldText } from "./fold-text.ts";
import { createPhraseSet, type PhraseSet } from "./phrase-set.ts";

/** One filter as its owner keeps it. */
export interface KeptFilter {
  readonly id: string;
  readonly rule: FilterRule;
}

/** All filters of one account, ready to be held against posts. */
export interface Filters {
  readonly accountId: string;
  readonly filters: readonly KeptFilter[];
  readonly phrases: PhraseSet;
  /** Which filter, and which of its phrases, a phrase of the set is. */
  readonly places: readonly { readonly filter: number; readonly phrase: string }[];
}

/** A post and whose it is; the quoted one only if it is shown. */
export interface Filterable {
  readonly card: PostCard;
  readonly author?: Pick<Profile, "handle" | "displayName"> | undefined;
  readonly quoted?: Omit<Filterable, "quoted"> | undefined;
}

/** Where and when a post is shown. */
export interface Showing {
  readonly surface: Surface;
  readonly now: Date;
  /** The owner of the filters follows the post's author. */
  readonly following: boolean;
}

/** What filters make of a post: hidden, or shown with a warning for each match, or neither. */
export interface Filtered {
  readonly hidden: boolean;
  readonly matches: readonly MessageInitShape<typeof FilterMatchSchema>[];
}

const NOTHING: Filtered = { hidden: false, matches: [] };

/** Prepares the filters of an account: dear, so it is done once for each state of them. */
export function compileFilters(accountId: string, filters: readonly KeptFilter[]): Filters {
  const phrases = filters.flatMap(({ rule }, filter) => rule.phrases.map((phrase) => ({ ...phrase, filter })));
  return {
    accountId,
    filters,
    phrases: createPhraseSet(phrases.map(({ text, wholeWord }) => ({ text: foldText(text), wholeWord }))),
    places: phrases.map(({ filter, text }) => ({ filter, phrase: text })),
  };
}

/** Holds a post against an account's filters. Its own posts pass, and of a filter that hits the first phrase is told. */
export function matchFilters(filters: Filters | undefined, post: Filterable, showing: Showing): Filtered {
  if (!filters || filters.filters.length === 0 || post.card.authorId === filters.accountId) return NOTHING;
  const active = filters.filters.map(({ rule }) => inForce(rule, showing));
  if (!active.includes(true)) return NOTHING;
  const { accountId, phrases } = filters;
  const own = hitsIn(phrases, post);
  const quoted = post.quoted && post.quoted.card.authorId !== accountId ? hitsIn(phrases, post.quoted) : undefined;
  const hits = new Set<number>();
  const note = (places: ReadonlySet<number>, ...scopes: FilterScope[]) => {
    for (const place of places) {
      const filter = filters.places[place]?.filter ?? -1;
      const rule = filters.filters[filter]?.rule;
      if (rule && active[filter] && scopes.every((scope) => asks(rule, scope))) hits.add(place);
    }
  };
  for (const scope of PLACES) note(own[scope], scope);
  // A quote is looked at whole; only names are asked for by themselves.
  if (quoted) for (const scope of IN_QUOTE) note(quoted[scope], FilterScope.QUOTES);
  if (quoted) note(quoted[FilterScope.NAMES], FilterScope.QUOTES, FilterScope.NAMES);
  return hits.size === 0 ? NOTHING : outcome(filters, hits);
}

function outcome({ filters, places }: Filters, hits: ReadonlySet<number>): Filtered {
  const told = new Map<number, string>();
  for (const place of [...hits].sort((a, b) => a - b)) {
    const { filter = -1, phrase = "" } = places[place] ?? {};
    if (filters[filter]?.rule.action === FilterAction.HIDE) return { hidden: true, matches: [] };
    if (!told.has(filter)) told.set(filter, phrase);
  }
  const matches = [...told].flatMap(([place, phrase]) => {
    const filter = filters[place];
    return filter ? [{ filterId: filter.id, title: filter.rule.title, phrase }] : [];
  });
  return { hidden: false, matches };
}

function inForce({ expiresAt, surfaces, exceptFollowed }: FilterRule, { surface, now, following }: Showing): boolean {
  if (expiresAt && timestampDate(expiresAt) <= now) return false;
  if (exceptFollowed && following) return false;
  return surfaces.length === 0 ? FILTERED.has(surface) : surfaces.includes(surface);
}

const asks = ({ scopes }: FilterRule, scope: FilterScope): boolean => scopes.length === 0 || scopes.includes(scope);

const PLACES = [FilterScope.TEXT, FilterScope.LINKS, FilterScope.ALT_TEXT, FilterScope.NAMES] as const;
const IN_QUOTE = [FilterScope.TEXT, FilterScope.LINKS, FilterScope.ALT_TEXT] as const;
type Place = (typeof PLACES)[number];
type Hits = Readonly<Record<Place, ReadonlySet<number>>>;

// Whoever reads a timeline again meets mostly what was there before: neither the posts nor the filters have changed.
const remembered = new WeakMap<
  PhraseSet,
  WeakMap<PostCard, { readonly author: object | undefined; readonly hits: Hits }>
>();

/** Where phrases are in a post, also as part of its author's name. */
function hitsIn(phrases: PhraseSet, post: Omit<Filterable, "quoted">): Hits {
  const known = remembered.get(phrases) ?? new WeakMap();
  remembered.set(phrases, known);
  const before = known.get(post.card);
  if (before && before.author === post.author) return before.hits;
  const hits = found(phrases, textsOf(post));
  known.set(post.card, { author: post.author, hits });
  return hits;
}

function found(phrases: PhraseSet, texts: Readonly<Record<Place, readonly string[]>>): Hits {
  // One search per scope: what separates the parts can be in no phrase, because folding leaves no line ends in one.
  const within = (parts: readonly string[]) =>
    parts.length === 0 ? NONE : phrases.find(parts.map(foldText).join("\n"));
  return {
    [FilterScope.TEXT]: within(texts[FilterScope.TEXT]),
    [FilterScope.LINKS]: within(texts[FilterScope.LINKS]),
    [FilterScope.ALT_TEXT]: within(texts[FilterScope.ALT_TEXT]),
    [FilterScope.NAMES]: within(texts[FilterScope.NAMES]),
  };
}

const NONE: ReadonlySet<number> = new Set();

/** The parts of a post, by scope. A link is looked at as a link only, though it also stands in the text. */
function textsOf({ card, author }: Omit<Filterable, "quoted">): Record<Place, string[]> {
  const filled = (parts: readonly string[]) => parts.filter((part) => part !== "");
  return {
    [FilterScope.TEXT]: filled([
      withoutLinks(card),
      card.contentWarning,
      ...card.hashtags.map((tag) => `#${tag}`),
      ...(card.poll?.options ?? []),
    ]),
    [FilterScope.LINKS]: linksOf(card).map(({ uri }) => decoded(uri)),
    [FilterScope.ALT_TEXT]: filled(card.media.map(({ altText }) => altText)),
    [FilterScope.NAMES]: author ? filled([`@${author.handle}`, author.displayName]) : [],
  };
}

const linksOf = ({ facets }: PostCard) =>
  facets.flatMap(({ byteStart, byteEnd, feature }) =>
    feature.case === "link" ? [{ byteStart, byteEnd, uri: feature.value.uri }] : [],
  );

function withoutLinks(card: PostCard): string {
  const links = linksOf(card);
  if (links.length === 0) return card.text;
  const bytes = Buffer.from(card.text);
  for (const { byteStart, byteEnd } of links) bytes.fill(" ", byteStart, byteEnd);
  return bytes.toString();
}

function decoded(uri: string): string {
  try {
    return decodeURI(uri);
  } catch {
    return uri;
  }
}

/** Where filters hold at all: profile, search, home, thread, notifications, explore. */
const FILTERED: ReadonlySet<Surface> = new Set([
  Surface.PROFILE,
  Surface.SEARCH,
  Surface.HOME,
  Surface.THREAD,
  Surface.NOTIFICATIONS,
  Surface.EXPLORE,
]);
