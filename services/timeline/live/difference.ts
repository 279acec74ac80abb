import { FOLLOWED, type Known } from "./known.ts";

/** What a client has of a timeline, newest first. */
export interface Held {
  readonly known: readonly Known[];
  /** It has all there is: whatever turns up is new to it, however old. */
  readonly whole: boolean;
}

/** The head of a timeline as it is now. */
export interface Head<Item extends Known> {
  /** Newest first. */
  readonly items: readonly Item[];
  /** The oldest place that was looked at; undefined if that was all there is. */
  readonly floor: string | undefined;
  /** Somebody could not be judged in time: what is missing may be there all the same. */
  readonly doubtful: boolean;
}

/** What a client has to be told. */
export interface Difference<Item extends Known> {
  readonly removes: readonly Known[];
  /** Oldest first, so that a client that is cut off in between lacks the newest. */
  readonly upserts: readonly Item[];
  /** Nothing of what the client has is within the head: more came than that shows. */
  readonly torn: boolean;
}

/** Compares what a client has with the head. What slid out of the head at its end is the client's to keep. */
export function difference<Item extends Known>({ known, whole }: Held, head: Head<Item>): Difference<Item> {
  const had = new Map(known.map((one) => [one.postId, one]));
  const now = new Set(head.items.map(({ postId }) => postId));
  const within = ({ itemId }: Known) => head.floor === undefined || itemId >= head.floor;
  // Below what the client has there is more that it has not: paging brings that, not the stream.
  const bottom = whole ? "" : (known.at(-1)?.itemId ?? "");
  const news = head.items.filter((item) => {
    const former = had.get(item.postId);
    return former ? former.itemId !== item.itemId || former.stamp !== item.stamp : item.itemId > bottom;
  });
  return {
    removes: head.doubtful ? [] : known.filter((one) => within(one) && !now.has(one.postId)),
    upserts: news.toReversed(),
    torn: known.length > 0 && head.floor !== undefined && !known.some(within),
  };
}

/** What a client has after it was told this. */
export function told({ known, whole }: Held, { removed, upserted }: { removed?: Known; upserted?: Known }): Held {
  const rest = known.filter(({ postId }) => postId !== removed?.postId && postId !== upserted?.postId);
  if (!upserted) return { known: rest, whole };
  const { itemId, postId, stamp } = upserted;
  const place = rest.findIndex((one) => one.itemId < itemId);
  rest.splice(place === -1 ? rest.length : place, 0, { itemId, postId, stamp });
  return { known: rest.slice(0, FOLLOWED), whole: whole && rest.length <= FOLLOWED };
}
