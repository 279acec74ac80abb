import { ThreadOrder } from "#gen/skein/content/v1/thread_service_pb.ts";
import { meshFailure } from "#mesh/failure.ts";
import { rankReplies } from "../rules/rank-replies.ts";
import type { Query } from "../store/query.ts";
import { type Reply, repliesOf } from "../store/threads.ts";

/**
 * Where a list of siblings goes on. A ranked list is a head, whose order was fixed when it was first read and travels
 * along, and a rest by age: so that nothing is shown twice or skipped, whatever is liked, written or deleted meanwhile.
 */
export type Place =
  | { readonly kind: "start" }
  | { readonly kind: "age"; readonly after: string }
  /** `order` names places among the head's replies by id. */
  | {
      readonly kind: "head";
      readonly at: Date;
      readonly last: string;
      readonly order: readonly number[];
      readonly from: number;
    }
  | { readonly kind: "rest"; readonly at: Date; readonly last: string; readonly after: string };

/** Replies from a place on. */
export interface Listed {
  readonly rows: readonly Reply[];
  /** There may be more than these. */
  readonly open: boolean;
  /** Where the list goes on after so many of them. */
  placeAfter(count: number): Place;
}

/** How siblings are sorted, and for whom. */
export interface Sorting {
  readonly order: ThreadOrder;
  readonly viewerId: string | undefined;
  readonly now: Date;
}

/** So many replies have a rank; a place among them fits a byte. */
const HEAD = 200;
/** A reply this young may not have been committed when the head was read: it belongs to the rest. */
const YOUNG_MS = 10_000;
const NIL = "00000000-0000-0000-0000-000000000000";

const ripe = (at: Date): Date => new Date(at.getTime() - YOUNG_MS);

/** Reads a post's replies from a place on, `most` at least if there are as many. */
export async function siblingsFrom(
  query: Query,
  parentId: string,
  sorting: Sorting,
  place: Place,
  most: number,
): Promise<Listed> {
  const { order, viewerId } = sorting;
  if (order !== ThreadOrder.RANKED) {
    const newestFirst = order === ThreadOrder.NEWEST;
    const after = place.kind === "age" ? place.after : undefined;
    const rows = await repliesOf(query, parentId, viewerId, { newestFirst, after, limit: most + 1 });
    return byAge(rows.slice(0, most), rows.length > most);
  }
  if (place.kind === "start" || place.kind === "age") {
    const rows = await repliesOf(query, parentId, viewerId, { limit: HEAD + 1 });
    return ranked(rows.slice(0, HEAD), sorting, rows.length > HEAD);
  }
  const { at, last } = place;
  const head = place.kind === "head" ? await headAgain(query, parentId, viewerId, place) : [];
  if (head.length > most) return goingOn(head, [], place, true);
  const limit = most - head.length + 1;
  const after = place.kind === "rest" ? place.after : NIL;
  const beyond = { last, by: ripe(at), beyond: true };
  const rest = await repliesOf(query, parentId, viewerId, { after, head: beyond, limit });
  return goingOn(head, rest.slice(0, limit - 1), place, rest.length === limit);
}

/** Siblings by age, known from the first on. */
export const byAge = (rows: readonly Reply[], open: boolean): Listed => ({
  rows,
  open,
  placeAfter: (count) => {
    const last = rows[count - 1];
    return last ? { kind: "age", after: last.id } : { kind: "start" };
  },
});

/** Siblings by rank, known from the oldest on. */
export function ranked(rows: readonly Reply[], { now }: Sorting, open: boolean): Listed {
  const byId = rows.filter(({ createdAt }) => createdAt <= ripe(now));
  const rest = rows.filter(({ createdAt }) => createdAt > ripe(now));
  const head = rankReplies(byId, now);
  const place = new Map(byId.map(({ id }, at) => [id, at]));
  const order = head.map(({ id }) => place.get(id) ?? 0);
  return goingOn(head, rest, { kind: "head", at: now, last: byId.at(-1)?.id ?? NIL, order, from: 0 }, open);
}

function goingOn(
  head: readonly Reply[],
  rest: readonly Reply[],
  from: Extract<Place, { kind: "head" | "rest" }>,
  open: boolean,
): Listed {
  const { at, last } = from;
  return {
    rows: [...head, ...rest],
    open,
    placeAfter(count) {
      if (from.kind === "head" && count < head.length) return { ...from, from: from.from + count };
      const after = rest[count - head.length - 1]?.id ?? (from.kind === "rest" ? from.after : NIL);
      return { kind: "rest", at, last, after };
    },
  };
}

/** The head as it was sorted when it was first read. Nothing joins or leaves it; if it did, the list begins anew. */
async function headAgain(
  query: Query,
  parentId: string,
  viewerId: string | undefined,
  { at, last, order, from }: Extract<Place, { kind: "head" }>,
): Promise<Reply[]> {
  const rows = await repliesOf(query, parentId, viewerId, {
    head: { last, by: ripe(at), beyond: false },
    limit: HEAD + 1,
  });
  if (rows.length !== order.length)
    throw meshFailure("PAGE_TOKEN_INVALID", { fields: { page_token: "made for other replies" } });
  return order.slice(from).flatMap((place) => rows[place] ?? []);
}

/** A place as a token keeps it. */
export function writePlace(place: Place): string[] {
  if (place.kind === "start") return ["start"];
  if (place.kind === "age") return ["age", place.after];
  if (place.kind === "rest") return ["rest", place.last, place.after];
  return ["head", place.last, String(place.from), Buffer.from(place.order).toString("base64url")];
}

/** A place as a token of ours kept it. */
export function readPlace([kind, last = NIL, third = "", order = ""]: readonly string[], at: Date): Place {
  if (kind === "age") return { kind, after: last };
  if (kind === "rest") return { kind, at, last, after: third };
  if (kind === "head") return { kind, at, last, from: Number(third), order: [...Buffer.from(order, "base64url")] };
  return { kind: "start" };
}
