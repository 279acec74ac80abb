import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { type Facet, FacetSchema } from "#gen/skein/content/v1/post_pb.ts";
import { foldTag, TAG_CHARACTERS } from "./hashtag.ts";

/** Something that a text holds, before anybody was asked what it means; places in UTF-8 bytes. */
export interface Found {
  readonly kind: "mention" | "hashtag" | "link";
  /** The handle in lower case, the folded tag, the address. */
  readonly value: string;
  readonly written: string;
  readonly byteStart: number;
  readonly byteEnd: number;
}

/** What a text means: its facets, whom it mentions, and its tags, once each. */
export interface Meaning {
  readonly facets: Facet[];
  readonly mentionedIds: string[];
  readonly hashtags: string[];
}

const SIGNS = /[@#＃]|:\/\//;
const PARTS = new RegExp(
  [
    String.raw`[hH][tT][tT][pP][sS]?:\/\/(?<link>[^\s<>"]+)`,
    // What goes on like an address of mail or of another network is no handle of ours.
    `@(?<mention>[A-Za-z0-9_]{2,30})(?![A-Za-z0-9_]|@[A-Za-z0-9_])`,
    `[#＃](?<hashtag>[\\p{L}\\p{N}_][${TAG_CHARACTERS}]*)`,
  ].join("|"),
  "gu",
);
/** Nothing begins inside a word, nor behind a sign of its own kind. */
const INSIDE = new RegExp(`[${TAG_CHARACTERS}@#＃/&]`, "u");
const TRAILING = /[.,;:!?'’”»…*~]+$/u;
const BRACKETS: Readonly<Record<string, string>> = { ")": "(", "]": "[", "}": "{" };

/** Finds mentions, hashtags and links in one pass, in the order of the text. */
export function findFacets(text: string): Found[] {
  if (!SIGNS.test(text)) return [];
  const all: Found[] = [];
  const plain = Buffer.byteLength(text) === text.length;
  let [place, bytes] = [0, 0];
  const bytesAt = (to: number) => {
    if (plain) return to;
    bytes += Buffer.byteLength(text.slice(place, to));
    place = to;
    return bytes;
  };
  for (const match of text.matchAll(PARTS)) {
    const start = match.index;
    if (start > 0 && INSIDE.test(before(text, start))) continue;
    const found = meant(match);
    if (!found) continue;
    const byteStart = bytesAt(start);
    all.push({ ...found, byteStart, byteEnd: bytesAt(start + found.written.length) });
  }
  return all;
}

/** The character before a place; one beyond the first plane is two places long. */
const before = (text: string, place: number): string =>
  text.charCodeAt(place - 1) >>> 10 === 0x37 ? text.slice(place - 2, place) : (text[place - 1] ?? "");

function meant({ 0: written, groups = {} }: RegExpExecArray): Pick<Found, "kind" | "value" | "written"> | undefined {
  const { mention, hashtag } = groups;
  if (mention !== undefined) return { kind: "mention", value: mention.toLowerCase(), written };
  if (hashtag !== undefined) {
    const value = foldTag(hashtag);
    return value === undefined ? undefined : { kind: "hashtag", value, written };
  }
  const uri = withoutTail(written);
  return URL.canParse(uri) ? { kind: "link", value: uri, written: uri } : undefined;
}

/** A link without the punctuation of its sentence, and without a bracket that was opened before it. */
function withoutTail(link: string): string {
  for (let rest = link; ; ) {
    const bare = rest.replace(TRAILING, "");
    const closing = bare.at(-1) ?? "";
    const opening = BRACKETS[closing];
    const unopened = opening !== undefined && bare.split(closing).length > bare.split(opening).length;
    const shorter = unopened ? bare.slice(0, -1) : bare;
    if (shorter === rest) return rest;
    rest = shorter;
  }
}

/** The handles that are mentioned, once each. */
export const handlesIn = (all: readonly Found[]): string[] => [
  ...new Set(all.flatMap(({ kind, value }) => (kind === "mention" ? [value] : []))),
];

/** Makes facets of what was found: mentions of the accounts given, links, and the first `mostTags` different tags. */
export function meaningOf(
  all: readonly Found[],
  accounts: ReadonlyMap<string, string>,
  { mostTags }: { mostTags: number },
): Meaning {
  const [mentioned, tags] = [new Set<string>(), new Set<string>()];
  const facets = all.flatMap(({ kind, value, written, byteStart, byteEnd }): Meaning["facets"] => {
    const facet = (feature: MessageInitShape<typeof FacetSchema>["feature"]) => [
      create(FacetSchema, { byteStart, byteEnd, feature }),
    ];
    if (kind === "link") return facet({ case: "link", value: { uri: value } });
    if (kind === "hashtag") {
      if (!tags.has(value) && tags.size >= mostTags) return [];
      tags.add(value);
      return facet({ case: "hashtag", value: { tag: value } });
    }
    const accountId = accounts.get(value);
    if (accountId === undefined) return [];
    mentioned.add(accountId);
    return facet({ case: "mention", value: { accountId, handle: written.slice(1) } });
  });
  return { facets, mentionedIds: [...mentioned], hashtags: [...tags] };
}
