import type { PostCard, PostState } from "#gen/skein/content/v1/post_pb.ts";
import type { Profile } from "#gen/skein/identity/v1/account_pb.ts";

/** Where a post stands, as the database spells it. */
export type StoredState = Exclude<keyof typeof PostState, "UNSPECIFIED">;

/** Everything about a post that is kept, read for one viewer and not judged yet: nothing of it is shown as it is. */
export interface PostRecord {
  readonly id: string;
  readonly authorId: string;
  readonly state: StoredState;
  readonly version: bigint;
  /** Absent once a deletion is final. */
  readonly card: PostCard | undefined;
  /** Absent while identity's word has not arrived. */
  readonly author: Profile | undefined;
  /** Exact at the moment of reading. */
  readonly counts: Counts;
  readonly quote: QuoteRecord | undefined;
  readonly poll: PollRecord | undefined;
  /** What the viewer did with it; all false for anonymous ones. */
  readonly viewer: { readonly [K in "liked" | "shared" | "bookmarked" | "pinned"]: boolean };
}

/** How much happened to a post. */
export interface Counts {
  readonly likes: bigint;
  readonly shares: bigint;
  readonly replies: bigint;
  readonly quotes: bigint;
}

/** What a post quotes. */
export interface QuoteRecord {
  readonly postId: string;
  readonly authorId: string;
  /** Its author is asked before it is shown. */
  readonly asks: boolean;
  readonly consent: "APPROVED" | "REJECTED" | "DETACHED" | undefined;
  /** Absent if there is no such post any more. */
  readonly state: StoredState | undefined;
  readonly card: PostCard | undefined;
  readonly author: Profile | undefined;
}

/** The answers to a poll; question and options are in the card. */
export interface PollRecord {
  readonly multiple: boolean;
  readonly endsAt: Date;
  /** Set once its end was announced; a poll takes no votes from endsAt on. */
  readonly closedAt: Date | undefined;
  readonly votes: readonly bigint[];
  readonly voters: bigint;
  /** What the viewer chose. */
  readonly chosen: readonly number[];
}

/** A post that nobody has done anything with. */
export const UNTOUCHED = { liked: false, shared: false, bookmarked: false, pinned: false } as const;
export const NO_COUNTS: Counts = { likes: 0n, shares: 0n, replies: 0n, quotes: 0n };

/** Whether there is anything to judge: deleted posts are not there for anybody. */
export const isThere = (record: PostRecord | undefined): boolean =>
  record !== undefined && record.state !== "TOMBSTONE";
