import { Audience } from "#gen/skein/common/v1/visibility_pb.ts";

/** A kind of post of which every author has one. */
export interface Kind {
  readonly audience: Audience;
  readonly mentions?: "viewer" | "neutral";
  /** It answers, or quotes, the first post of. */
  readonly answers?: "viewer" | "neutral";
  readonly quotes?: "viewer" | "neutral";
  /** Deleted before anybody looks. */
  readonly gone?: true;
}

const { PUBLIC, FOLLOWERS, MENTIONED, PRIVATE } = Audience;

/** Written by everybody while nothing stood between anybody. */
export const KINDS = {
  /** Has a poll, is pinned and was edited; liked, shared, answered, quoted and saved by viewer and neutral. */
  main: { audience: PUBLIC },
  mentioning: { audience: PUBLIC, mentions: "viewer" },
  followers: { audience: FOLLOWERS },
  followers_mentioning: { audience: FOLLOWERS, mentions: "viewer" },
  to_viewer: { audience: MENTIONED, mentions: "viewer" },
  to_neutral: { audience: MENTIONED, mentions: "neutral" },
  private: { audience: PRIVATE, mentions: "viewer" },
  deleted: { audience: PUBLIC, gone: true },
  answer: { audience: PUBLIC, answers: "neutral" },
  answer_to_viewer: { audience: PUBLIC, answers: "viewer" },
  quote: { audience: PUBLIC, quotes: "neutral" },
  /** Of a post that is quoted with its author's consent alone: it waits for that. */
  asking: { audience: PUBLIC, quotes: "viewer" },
} as const satisfies Record<string, Kind>;

export type KindName = keyof typeof KINDS;

export const kindNames = Object.keys(KINDS) as KindName[];
