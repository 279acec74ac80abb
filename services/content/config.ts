import { duration, int } from "#mesh/config.ts";

/** What an operator may set about content. */
export const config = {
  maxGraphemes: int("CONTENT_MAX_GRAPHEMES", 500, {
    min: 1,
    max: 5000,
    about: "Length of a post, in characters as people count them",
  }),
  maxMentions: int("CONTENT_MAX_MENTIONS", 20, { min: 0, max: 100, about: "Accounts that one post may mention" }),
  maxHashtags: int("CONTENT_MAX_HASHTAGS", 30, { min: 0, max: 100, about: "Hashtags that count in one post" }),
  undoWindow: duration("CONTENT_UNDO_WINDOW", "15m", { about: "How long a deleted post can be brought back" }),
  maxPins: int("CONTENT_MAX_PINS", 5, { min: 0, max: 50, about: "Posts that an account may pin" }),
  maxDrafts: int("CONTENT_MAX_DRAFTS", 100, { min: 1, max: 10_000, about: "Drafts that an account may keep" }),
  maxScheduled: int("CONTENT_MAX_SCHEDULED", 100, { min: 1, max: 10_000, about: "Posts of an account that may wait" }),
  scheduleHorizon: duration("CONTENT_SCHEDULE_HORIZON", "365d", { about: "How far ahead a post can be scheduled" }),
  maxFilters: int("CONTENT_MAX_FILTERS", 100, {
    min: 1,
    max: 1000,
    about: "Content filters that an account may keep; each page of posts is held against all of them",
  }),
  maxFollowedHashtags: int("CONTENT_MAX_FOLLOWED_HASHTAGS", 200, {
    min: 0,
    max: 10_000,
    about: "Hashtags that an account may follow",
  }),
  threadPosts: int("CONTENT_THREAD_POSTS", 100, {
    min: 10,
    max: 150,
    about: "Posts in one answer of GetThread; the rest hides behind its nodes",
  }),
  threadDepth: int("CONTENT_THREAD_DEPTH", 10, { min: 1, max: 100, about: "Levels below the post in one answer" }),
  trendMinAccounts: int("CONTENT_TREND_MIN_ACCOUNTS", 3, {
    min: 1,
    max: 100_000,
    about: "Accounts that must use a hashtag inside the window before it can trend",
  }),
};
