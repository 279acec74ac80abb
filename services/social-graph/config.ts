import { duration, int } from "#mesh/config.ts";

/** What an operator may set about social-graph. */
export const config = {
  fanoutThreshold: int("GRAPH_FANOUT_THRESHOLD", 10_000, {
    min: 1,
    about: "Followers from which on an account's posts are merged in at read instead of delivered",
  }),
  fanoutHysteresis: int("GRAPH_FANOUT_HYSTERESIS", 10, {
    min: 0,
    max: 90,
    about: "Percent below the threshold at which posts are delivered again",
  }),
  activeFor: duration("GRAPH_ACTIVE_FOR", "7d", { about: "An account seen within this time is active", min: "1m" }),
  occasionalFor: duration("GRAPH_OCCASIONAL_FOR", "30d", {
    about: "An account seen within this time, but longer ago than an active one, is occasional; later it is dormant",
    min: "1m",
  }),
  affinityHalfLife: duration("GRAPH_AFFINITY_HALF_LIFE", "14d", {
    about: "After this time an interaction counts half",
    min: "1h",
  }),
  mostFollows: int("GRAPH_MOST_FOLLOWS", 7_500, { min: 1, about: "Accounts that one account may follow" }),
  mostBlocks: int("GRAPH_MOST_BLOCKS", 20_000, { min: 1, about: "Accounts that one account may block, or mute" }),
  mostLists: int("GRAPH_MOST_LISTS", 100, { min: 1, max: 1_000, about: "Lists of one account" }),
  mostListMembers: int("GRAPH_MOST_LIST_MEMBERS", 1_000, { min: 1, max: 10_000, about: "Accounts on one list" }),
  dismissedFor: duration("GRAPH_DISMISSED_FOR", "180d", {
    about: "How long a dismissed suggestion stays away",
    min: "1d",
  }),
};
