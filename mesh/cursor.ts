import { createCipheriv, createDecipheriv, createHmac, createSecretKey, hash, timingSafeEqual } from "node:crypto";
import {
  clearField,
  clone,
  create,
  type DescMethod,
  fromBinary,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import { timestampDate, timestampFromDate } from "@bufbuild/protobuf/wkt";
import { PageCursorSchema } from "#gen/skein/common/v1/page_pb.ts";
import { recent } from "./identity/recent.ts";

/** One page as the method answers it; the empty token is the only sign of the end. */
export interface Page<Row> {
  readonly items: Row[];
  readonly nextPageToken: string;
}

/** Where a list goes on: strictly after this sort key, or from the start. `startedAt` is set for pinned lists only. */
export interface Position {
  readonly after?: readonly string[];
  readonly startedAt?: Date;
}

/**
 * Makes and reads page tokens: opaque, signed, good for one method and one question, and without authority. Nobody looks
 * into one: the place may be that of a row which its holder may not see.
 */
export interface Cursors {
  /** Cuts a page out of up to `limit` + 1 rows. `keyOf` is the row's whole sort key; `startedAt` travels with a pinned list. */
  page<M extends DescMethod, Row>(
    method: M,
    request: MessageShape<M["input"]>,
    rows: readonly Row[],
    limit: number,
    keyOf: (row: Row) => readonly string[],
    startedAt?: Date,
  ): Page<Row>;
  /** Reads the token of a request; one that is not ours, or not for this question, throws the caller's refusal. */
  read<M extends DescMethod>(method: M, request: MessageShape<M["input"]>, token: string): Position;
  /** Hides and signs whatever else a client is to bring back to a method; larger than a place in a list may be. */
  wrap(method: DescMethod, content: Uint8Array): string;
  unwrap(method: DescMethod, token: string): Uint8Array;
}

const SEAL_BYTES = 16;
/** What the contracts allow for a page_token. */
const LONGEST_TOKEN = 1024;
const LONGEST_WRAPPED = 8192;
/** Tokens that are remembered with what they hold, and how long they may be: who gets one mostly comes back with it soon. */
const REMEMBERED = { most: 4_096, length: 512 };
const PAGING_FIELDS = new Set(["page_size", "page_token"]);

/** Hides and signs with `key`; `refuse` makes the failure that a bad token answers with, `why` is for the log. */
export function createCursors(key: Uint8Array, { refuse }: { refuse: (why: string) => Error }): Cursors {
  if (key.length < 16) throw new Error("a cursor key has at least 16 bytes");
  // Node examines the bytes of a key each time; made ready once, sealing takes a fifth.
  const signing = createSecretKey(key);
  const seal = (body: Uint8Array) =>
    createHmac("sha256", signing).update("skein page cursor 1\0").update(body).digest().subarray(0, SEAL_BYTES);
  // The cipher starts from the seal: one place has one token, and two places never share a start.
  const secret = createSecretKey(createHmac("sha256", signing).update("skein page cursor cipher 1").digest());

  const bodies = recent<Buffer>(REMEMBERED.most);
  const tokens = recent<string>(REMEMBERED.most);

  function remember(body: Buffer, letters: string, token: string): void {
    if (token.length > REMEMBERED.length) return;
    bodies.set(token, body);
    tokens.set(letters, token);
  }

  function close(body: Buffer): string {
    const letters = body.toString("latin1");
    const known = tokens.get(letters);
    if (known !== undefined) return known;
    const sealed = seal(body);
    const hidden = createCipheriv("aes-256-ctr", secret, sealed).update(body);
    const token = Buffer.concat([hidden, sealed]).toString("base64url");
    remember(body, letters, token);
    return token;
  }

  function open(token: string, longest: number): Buffer {
    if (token.length > longest) throw refuse("too long");
    const known = bodies.get(token);
    if (known) return known;
    const bytes = Buffer.from(token, "base64url");
    // Node skips what is no base64url, so that many spellings would stand for one token.
    if (bytes.toString("base64url") !== token || bytes.length <= SEAL_BYTES) throw refuse("not a token");
    const sealed = bytes.subarray(-SEAL_BYTES);
    const body = createDecipheriv("aes-256-ctr", secret, sealed).update(bytes.subarray(0, -SEAL_BYTES));
    if (!timingSafeEqual(sealed, seal(body))) throw refuse("forged");
    remember(body, body.toString("latin1"), token);
    return body;
  }

  return {
    page(method, request, rows, limit, keyOf, startedAt) {
      const items = rows.slice(0, limit);
      const last = items.at(-1);
      if (rows.length <= limit || last === undefined) return { items, nextPageToken: "" };
      const cursor = create(PageCursorSchema, {
        method: nameOf(method),
        question: questionOf(method, request),
        after: [...keyOf(last)],
        ...(startedAt && { startedAt: timestampFromDate(startedAt) }),
      });
      const token = close(Buffer.from(toBinary(PageCursorSchema, cursor)));
      if (token.length > LONGEST_TOKEN)
        throw new Error(`the sort key of ${cursor.method} makes a token of ${token.length} characters`);
      return { items, nextPageToken: token };
    },
    read(method, request, token) {
      if (token === "") return {};
      const body = open(token, LONGEST_TOKEN);
      if (body[0] === 0) throw refuse("no place in a list"); // something wrapped, which is no message
      const { method: made, question, after, startedAt } = fromBinary(PageCursorSchema, body);
      if (made !== nameOf(method)) throw refuse(`made for ${made}`);
      if (!questionOf(method, request).equals(question)) throw refuse("made for other filters");
      return { after, ...(startedAt && { startedAt: timestampDate(startedAt) }) };
    },
    wrap(method, content) {
      const token = close(Buffer.concat([labelOf(method), content]));
      if (token.length > LONGEST_WRAPPED) throw new Error(`${nameOf(method)} gives out ${token.length} characters`);
      return token;
    },
    unwrap(method, token) {
      const [label, body] = [labelOf(method), open(token, LONGEST_WRAPPED)];
      if (!body.subarray(0, label.length).equals(label)) throw refuse(`not made for ${nameOf(method)}`);
      return body.subarray(label.length);
    },
  };
}

/** The size a page gets: none asked is `fallback`, too many is `most`. The contract has refused negative ones. */
export const pageSize = (requested: number, fallback = 20, most = 100): number =>
  requested > 0 ? Math.min(requested, most) : fallback;

const nameOf = (method: DescMethod): string => `${method.parent.typeName}/${method.name}`;

/** No page's place begins like this: field 0 does not exist. */
const labelOf = (method: DescMethod): Buffer => Buffer.from(`\0${nameOf(method)}\0`);

/** A hash of everything asked except where in the list one is. */
function questionOf<M extends DescMethod>({ input }: M, request: MessageShape<M["input"]>): Buffer {
  const question = clone(input, request);
  for (const field of input.fields) if (PAGING_FIELDS.has(field.name)) clearField(question, field);
  return hash("sha256", toBinary(input, question), "buffer").subarray(0, 16);
}
