import type { Audience, Relation_MuteScope, Relation_Standing } from "#gen/skein/common/v1/visibility_pb.ts";
import type { Circle } from "#gen/skein/content/v1/post_pb.ts";
import type { ItemSource } from "#gen/skein/timeline/v1/timeline_pb.ts";
import type { EntryIds } from "../rules/entry-ids.ts";
import type { Trust } from "../store/trust.ts";

/** A place in a timeline that is to be shown, if the rules let it: a post's id or a share's. */
export interface Candidate {
  readonly id: string;
  readonly source: ItemSource;
  /** The followed tag that brought it. */
  readonly hashtag?: string;
}

/** A place as it is known: whose act it is, and which post it shows. */
export interface Entry {
  readonly id: string;
  readonly share: boolean;
  readonly postId: string;
  /** Who wrote or shared. */
  readonly actorId: string;
  readonly atMs: number;
}

/** What rules and clients need of a post. `bytes` are content's own PostCard and go out as they are. */
export interface Card {
  readonly postId: string;
  readonly authorId: string;
  readonly version: bigint;
  readonly deleted: boolean;
  readonly audience: Audience;
  readonly createdMs: number;
  readonly parentId: string | undefined;
  readonly parentAuthorId: string | undefined;
  readonly quotedId: string | undefined;
  readonly quotedAuthorId: string | undefined;
  /** The quoted author has to agree first, or was asked and refused: the quote is not shown. */
  readonly quoteWithheld: "PENDING" | "WITHHELD" | undefined;
  readonly mentioned: readonly string[];
  readonly language: string;
  readonly hasMedia: boolean;
  readonly mayReply: Circle;
  readonly mayQuote: Circle;
  readonly bytes: Uint8Array;
}

/** The exact counters, and the base scores of the two last windows. */
export interface Counts {
  readonly likes: bigint;
  readonly shares: bigint;
  readonly replies: bigint;
  readonly quotes: bigint;
  /** 0 to 1; nothing yet sets it. */
  readonly moderationScore: number;
}

/** What a viewer and an account are to each other, as far as decisions need it; equal to mesh's Facts. */
export interface Between {
  readonly self: boolean;
  readonly standing: Relation_Standing;
  readonly blocking: boolean;
  readonly blockedBy: boolean;
  readonly muted: Relation_MuteScope[];
  readonly following: boolean;
  readonly followedBy: boolean;
  readonly locked: boolean;
  readonly hiddenFromHome: boolean;
  readonly repostsHidden: boolean;
}

/** An account as others see it: `profile` is identity's own message, as bytes. */
export interface Author {
  readonly accountId: string;
  readonly profile: Uint8Array;
  readonly handle: string;
  readonly displayName: string;
}

/** What the viewer did with a post. */
export interface Acts {
  readonly liked: boolean;
  readonly shared: boolean;
  readonly bookmarked: boolean;
  /** The viewer said: not this post again. */
  readonly hidden: boolean;
}

/** A home timeline's entries as they are kept hot: newest first, each once. */
export interface Home {
  readonly ids: EntryIds;
  /** Whether anything older may be in storage. */
  readonly more: boolean;
  readonly source: "HOT" | "STORED";
  /** For `pulledFor`: while it is the same, nothing new has been pulled. Absent where the hot copy could not be asked. */
  readonly mark?: string;
  /** What may be believed of what this process remembers of the owner; undefined while nothing may. */
  readonly trust?: Trust | undefined;
}
