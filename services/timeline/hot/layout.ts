import { bytesOf, ID_BYTES, idAt } from "../rules/entry-ids.ts";
import type { Counts, Entry } from "../view/shapes.ts";

/**
 * What Redis keeps of a place in a timeline, so small that a page of them is read at once. Of a post: two halves with a
 * revision each, for two consumers write them; a revision of 0 means that nobody wrote that half yet. Of a share: all.
 * Revisions are doubles, which Lua and JavaScript both compare as they are.
 */
export const POST = 1;
export const SHARE = 2;

/** State of a post's card half. GONE means that there is no such post any more. */
export const State = { PUBLISHED: 1, TOMBSTONE: 2, GONE: 3 } as const;
export type State = (typeof State)[keyof typeof State];

/** Whether what a post quotes is shown with it. */
export const Consent = { SHOWN: 0, PENDING: 1, WITHHELD: 2 } as const;
export type Consent = (typeof Consent)[keyof typeof Consent];

export interface CardHalf {
  readonly revision: number;
  readonly state: State;
  readonly consent: Consent;
}

/** Revision, state, consent. */
export const CARD_HALF = 10;
/** Whether it is there at all (its revision may be 0), revision, and the numbers. */
export const COUNTS_HALF = 49;
export const POST_BYTES = 1 + CARD_HALF + COUNTS_HALF;
const COUNTS_AT = 1 + CARD_HALF;

export function packCardHalf({ revision, state, consent }: CardHalf): Buffer {
  const half = Buffer.allocUnsafe(CARD_HALF);
  half.writeDoubleBE(revision, 0);
  half[8] = state;
  half[9] = consent;
  return half;
}

export function packCountsHalf(revision: number, counts: Counts): Buffer {
  const half = Buffer.allocUnsafe(COUNTS_HALF);
  half[0] = 1;
  half.writeDoubleBE(revision, 1);
  half.writeDoubleBE(Number(counts.likes), 9);
  half.writeDoubleBE(Number(counts.shares), 17);
  half.writeDoubleBE(Number(counts.replies), 25);
  half.writeDoubleBE(Number(counts.quotes), 33);
  half.writeDoubleBE(counts.moderationScore, 41);
  return half;
}

/** 0: nobody wrote it yet. */
export const cardRevision = (hot: Buffer): number => hot.readDoubleBE(1);
export const stateIn = (hot: Buffer): State => hot[9] as State;
export const consentIn = (hot: Buffer): Consent => hot[10] as Consent;

/** Undefined: nobody wrote them yet. */
export const countsRevision = (hot: Buffer): number | undefined =>
  hot[COUNTS_AT] === 1 ? hot.readDoubleBE(COUNTS_AT + 1) : undefined;

export const countsIn = (hot: Buffer): Counts => ({
  likes: BigInt(hot.readDoubleBE(COUNTS_AT + 9)),
  shares: BigInt(hot.readDoubleBE(COUNTS_AT + 17)),
  replies: BigInt(hot.readDoubleBE(COUNTS_AT + 25)),
  quotes: BigInt(hot.readDoubleBE(COUNTS_AT + 33)),
  moderationScore: hot.readDoubleBE(COUNTS_AT + 41),
});

const SHARE_BYTES = 2 + 2 * ID_BYTES + 8;

/** A share is made and taken back once: being gone is all that can happen to it. */
export function packShare({ postId, actorId, atMs }: Pick<Entry, "postId" | "actorId" | "atMs">): Buffer {
  const hot = Buffer.alloc(SHARE_BYTES);
  hot[0] = SHARE;
  bytesOf(postId).copy(hot, 2);
  bytesOf(actorId).copy(hot, 2 + ID_BYTES);
  hot.writeDoubleBE(atMs, 2 + 2 * ID_BYTES);
  return hot;
}

export const SHARE_GONE = Buffer.from([SHARE, 1]);
/** Never kept: what is there of a share is to be forgotten. Whoever asks next looks where it is stored. */
export const SHARE_UNKNOWN = Buffer.from([SHARE, 2]);

export const isPost = (hot: Buffer): boolean => hot[0] === POST && hot.length === POST_BYTES;
export const isGone = (hot: Buffer): boolean => hot[0] === SHARE && hot[1] === 1;
export const isShare = (hot: Buffer): boolean => hot[0] === SHARE && hot.length === SHARE_BYTES;

export const shareIn = (id: string, hot: Buffer): Entry => ({
  ...{ id, share: true, postId: idAt(hot.subarray(2), 0), actorId: idAt(hot.subarray(2), 1) },
  atMs: hot.readDoubleBE(2 + 2 * ID_BYTES),
});
