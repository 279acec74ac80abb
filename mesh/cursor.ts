import { createCipheriv, createDecipheriv, createHash, createHmac, timingSafeEqual } from "node:crypto";
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
import { type PageCursor, PageCursorSchema } from "#gen/skein/common/v1/page_pb.ts";

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
}

const SEAL_BYTES = 16;
/** What the contracts allow for a page_token. */
const LONGEST_TOKEN = 1024;
const PAGING_FIELDS = new Set(["page_size", "page_token"]);

/** Hides and signs with `key`; `refuse` makes the failure that a bad token answers with, `why` is for the log. */
export function createCursors(key: Uint8Array, { refuse }: { refuse: (why: string) => Error }): Cursors {
  if (key.length < 16) throw new Error("a cursor key has at least 16 bytes");
  const seal = (body: Uint8Array) =>
    createHmac("sha256", key).update("skein page cursor 1\0").update(body).digest().subarray(0, SEAL_BYTES);
  // The cipher starts from the seal: one place has one token, and two places never share a start.
  const secret = createHmac("sha256", key).update("skein page cursor cipher 1").digest();

  function open(token: string): PageCursor {
    if (token.length > LONGEST_TOKEN) throw refuse("too long");
    const bytes = Buffer.from(token, "base64url");
    // Node skips what is no base64url, so that many spellings would stand for one token.
    if (bytes.toString("base64url") !== token || bytes.length <= SEAL_BYTES) throw refuse("not a token");
    const sealed = bytes.subarray(-SEAL_BYTES);
    const body = createDecipheriv("aes-256-ctr", secret, sealed).update(bytes.subarray(0, -SEAL_BYTES));
    if (!timingSafeEqual(sealed, seal(body))) throw refuse("forged");
    return fromBinary(PageCursorSchema, body);
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
      const body = toBinary(PageCursorSchema, cursor);
      const sealed = seal(body);
      const hidden = createCipheriv("aes-256-ctr", secret, sealed).update(body);
      const token = Buffer.concat([hidden, sealed]).toString("base64url");
      if (token.length > LONGEST_TOKEN)
        throw new Error(`the sort key of ${cursor.method} makes a token of ${token.length} characters`);
      return { items, nextPageToken: token };
    },
    read(method, request, token) {
      if (token === "") return {};
      const { method: made, question, after, startedAt } = open(token);
      if (made !== nameOf(method)) throw refuse(`made for ${made}`);
      if (!questionOf(method, request).equals(question)) throw refuse("made for other filters");
      return { after, ...(startedAt && { startedAt: timestampDate(startedAt) }) };
    },
  };
}

/** The size a page gets: none asked is `fallback`, too many is `most`. The contract has refused negative ones. */
export const pageSize = (requested: number, fallback = 20, most = 100): number =>
  requested > 0 ? Math.min(requested, most) : fallback;

const nameOf = (method: DescMethod): string => `${method.parent.typeName}/${method.name}`;

/** A hash of everything asked except where in the list one is. */
function questionOf<M extends DescMethod>({ input }: M, request: MessageShape<M["input"]>): Buffer {
  const question = clone(input, request);
  for (const field of input.fields) if (PAGING_FIELDS.has(field.name)) clearField(question, field);
  return createHash("sha256").update(toBinary(input, question)).digest().subarray(0, 16);
}
