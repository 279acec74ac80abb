import type { DescField, DescMessage, Message } from "@bufbuild/protobuf";
import type { Post, Quote } from "#gen/skein/content/v1/post_view_pb.ts";
import { heldIn } from "#mesh/contract.ts";
import { EXCEPTIONS } from "./exceptions.ts";
import type { Thing } from "./things.ts";

/** What an answer gives away. */
export interface Told {
  readonly things: Set<Thing>;
  /** What stands in fields that are excepted, by field. */
  readonly excepted: Map<string, Set<Thing>>;
  /** Posts and quotes that say by which decision they are shown. */
  readonly judged: { readonly thing: Thing; readonly visibility: Post["visibility"] }[];
  /** Page tokens, and tokens of whatever was left out. */
  readonly tokens: string[];
}

export const nothingTold = (): Told => ({ things: new Set(), excepted: new Map(), judged: [], tokens: [] });

const MARKS = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\b(?:mark|face|only|mx)_\w+/g;
/** Authors write to whom they like: a handle in their text tells of nobody else. */
const WRITTEN = new Set(["skein.content.v1.PostCard.text"]);
const TOKENS = new Set(["next_page_token", "token"]);

/** Reads an answer for whatever gives something of the town away. */
export function tell(marks: ReadonlyMap<string, Thing>, message: Message, desc: DescMessage, told: Told): void {
  const found = (text: string, written: boolean): Thing[] =>
    [...text.matchAll(MARKS)].flatMap(([word]) => (written && word.startsWith("mx_") ? [] : (marks.get(word) ?? [])));

  const visit = (held: unknown, field: DescField, into: Set<Thing>): void => {
    if (Array.isArray(held)) {
      for (const one of held) visit(one, field, into);
    } else if (typeof held === "string") {
      if (TOKENS.has(field.name)) told.tokens.push(held);
      for (const thing of found(held, WRITTEN.has(`${field.parent.typeName}.${field.name}`))) into.add(thing);
    } else if (field.message && held) walk(held as Message, field.message, into);
  };
  const walk = (from: Message, type: DescMessage, into: Set<Thing>): void => {
    noteJudgement(from);
    for (const field of type.fields) {
      if (
        field.oneof &&
        (from as unknown as Record<string, { case?: string }>)[field.oneof.localName]?.case !== field.localName
      )
        continue;
      const name = `${type.typeName}.${field.name}`;
      if (!(name in EXCEPTIONS)) visit(heldIn(from, field), field, into);
      else {
        const apart = told.excepted.get(name) ?? new Set();
        told.excepted.set(name, apart);
        visit(heldIn(from, field), field, apart);
      }
    }
  };
  const noteJudgement = (from: Message): void => {
    if (from.$typeName !== "skein.content.v1.Post" && from.$typeName !== "skein.content.v1.Quote") return;
    const { card, visibility } = from as Post | Quote;
    const thing = card && marks.get(card.id);
    if (thing) told.judged.push({ thing, visibility });
  };
  walk(message, desc, told.things);
}

/** What a token gives away to whoever looks into it. */
export function readThrough(marks: ReadonlyMap<string, Thing>, token: string): Thing[] {
  const bytes = Buffer.from(token, "base64url");
  const inWords = [...bytes.toString("latin1").matchAll(MARKS)].flatMap(([word]) => marks.get(word) ?? []);
  const hex = bytes.toString("hex");
  const inBytes = [...marks].flatMap(([word, thing]) =>
    word === thing.id && hex.includes(word.replaceAll("-", "")) ? [thing] : [],
  );
  return [...inWords, ...inBytes];
}
