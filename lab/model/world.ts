/** What one account may do and is told, in plain words: the same for the model's sequences in every shape. */
export interface World {
  readonly people: readonly string[];
  follow(who: number, whom: number): Promise<Outcome>;
  unfollow(who: number, whom: number): Promise<Outcome>;
  block(who: number, whom: number): Promise<Outcome>;
  unblock(who: number, whom: number): Promise<Outcome>;
  mute(who: number, whom: number): Promise<Outcome>;
  unmute(who: number, whom: number): Promise<Outcome>;
  post(who: number, audience: Audience, replyTo?: string): Promise<Outcome<string>>;
  deletePost(who: number, post: string): Promise<Outcome>;
  like(who: number, post: string): Promise<Outcome>;
  unlike(who: number, post: string): Promise<Outcome>;
  share(who: number, post: string): Promise<Outcome>;
  unshare(who: number, post: string): Promise<Outcome>;
  edit(who: number, post: string): Promise<Outcome>;
  /** The posts of the viewer's home timeline, page by page, newest first. */
  home(who: number): Promise<string[]>;
  /** What the viewer is shown of a post right now. */
  see(who: number, post: string): Promise<Seen | undefined>;
  following(who: number, whom: number): Promise<boolean>;
  /** Waits until everything written has reached whoever must know it. */
  settle(): Promise<void>;
  /** Counters against rows, the log against what an auditor heard, the two sides of every edge: what is wrong, in words. */
  audit(): Promise<string[]>;
  followers(viewer: number, whom: number): Promise<number[]>;
  likers(viewer: number, post: string): Promise<number[]>;
  counts(whom: number): Promise<{ followers: number; following: number }>;
}

export type Audience = "PUBLIC" | "FOLLOWERS" | "PRIVATE";

/** Done, or refused as if it were not there, or refused with another reason. */
export type Outcome<T = true> = { readonly done: T } | { readonly refused: "NOT_FOUND" | "OTHER" };

/** A post as a viewer gets it. */
export interface Seen {
  readonly likes: number;
  readonly replies: number;
  readonly liked: boolean;
  readonly folded: boolean;
}
