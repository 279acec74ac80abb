import {
  Relation_MuteScope as MuteScope,
  VisibilityReason as Reason,
  Verdict,
} from "#gen/skein/common/v1/visibility_pb.ts";
import { Surface } from "#gen/skein/options/v1/options_pb.ts";
import { AbsenceRule, type TimelineSettings } from "#gen/skein/timeline/v1/timeline_pb.ts";
import { type Filters, matchFilters } from "#mesh/judging/filter.ts";
import type { Judgement } from "#mesh/visibility.ts";
import type { Gate } from "../view/gate.ts";
import type { Candidate, Card, Entry } from "../view/shapes.ts";
import { decodedCard } from "./decoded-card.ts";
import { languagePasses } from "./language-rule.ts";
import { judgeQuote, type SeenQuote } from "./quote-rule.ts";
import { replyPasses } from "./reply-rule.ts";

/** The lists that show posts. Each has its own idea of what belongs into it; what may be seen at all is one decision. */
export type TimelineKind = "HOME" | "LIST" | "USER" | "HASHTAG" | "EXPLORE";

/** Who looks, where and when, and what is between the viewer and everybody on the page. */
export interface Looking {
  readonly timeline: TimelineKind;
  readonly viewerId: string | undefined;
  /** Of home; other lists do not heed them. */
  readonly settings: TimelineSettings | undefined;
  readonly filters: Filters | undefined;
  readonly now: Date;
  readonly gate: Pick<Gate, "between" | "acts" | "authors" | "exclusive" | "judge">;
  /** The list that is read leaves reposts out. */
  readonly withoutReposts?: boolean;
}

/** A candidate with what is known of it; the quoted card too, if it quotes. */
export interface Placed {
  readonly candidate: Pick<Candidate, "hashtag">;
  readonly entry: Entry;
  readonly card: Card;
  readonly quoted?: Card | undefined;
}

/** The decision that lets an item be shown. */
export interface Admitted {
  readonly shown: true;
  readonly judgement: Judgement;
  readonly matches: ReturnType<typeof matchFilters>["matches"];
  readonly quote: SeenQuote | undefined;
}

/** The first rule that keeps it out. `unknown`: nobody could tell in time. */
export interface Refused {
  readonly shown: false;
  readonly absence: AbsenceRule;
  readonly unknown?: boolean;
}

/** Where a list's posts are judged: a list of one's own shows also whom home does not. */
export const judgedOn: Readonly<Record<TimelineKind, Surface>> = {
  HOME: Surface.HOME,
  LIST: Surface.EXPLORE,
  USER: Surface.PROFILE,
  HASHTAG: Surface.EXPLORE,
  EXPLORE: Surface.EXPLORE,
};

const filteredOn: Readonly<Record<TimelineKind, Surface>> = { ...judgedOn, LIST: Surface.HOME };

/** THE rule: whether a candidate is shown in a timeline, or the first rule against it. Everything that timeline shows passed here. */
export function admit(looking: Looking, placed: Placed): Admitted | Refused {
  const { timeline, gate } = looking;
  const { entry, card } = placed;
  const judgement = gate.judge(card, { surface: judgedOn[timeline], share: entry.share ? entry : undefined });
  if (judgement.verdict === Verdict.HIDE) return refusedFor(judgement.reason);
  if (card.deleted) return DELETED;
  const own = entry.actorId === looking.viewerId;
  const unwanted = own ? undefined : unwantedIn(looking, placed);
  if (unwanted !== undefined) return refusals[unwanted] ?? NOT_FOUND;
  if (timeline !== "USER" && gate.acts.get(card.postId)?.hidden) return refusals[AbsenceRule.FEEDBACK] ?? NOT_FOUND;
  const quote = judgeQuote(card, placed.quoted, (quoted) => gate.judge(quoted, { surface: judgedOn[timeline] }));
  return filtered(looking, placed, judgement, quote);
}

/** What a list itself leaves out of what its viewer may see. */
function unwantedIn(looking: Looking, placed: Placed): AbsenceRule | undefined {
  const { timeline, withoutReposts } = looking;
  if (placed.entry.share && (withoutReposts || (timeline === "LIST" && repostsUnwanted(looking, placed))))
    return AbsenceRule.REPOSTS_HIDDEN;
  return timeline === "HOME" ? unwantedAtHome(looking, placed) : undefined;
}

function unwantedAtHome(
  { gate, viewerId, settings }: Looking,
  { candidate, entry, card }: Placed,
): AbsenceRule | undefined {
  if (!gate.between.get(entry.actorId)?.following && candidate.hashtag === undefined) return AbsenceRule.NOT_FOLLOWED;
  if (gate.exclusive.has(entry.actorId)) return AbsenceRule.EXCLUSIVE_LIST;
  if (entry.share && settings?.hideReposts) return AbsenceRule.REPOSTS_HIDDEN;
  if (!entry.share && card.parentAuthorId !== undefined) {
    const parentFollowed =
      card.parentAuthorId === card.authorId || (gate.between.get(card.parentAuthorId)?.following ?? false);
    if (!replyPasses(settings?.replies ?? 0, { parentFollowed, toViewer: card.parentAuthorId === viewerId }))
      return AbsenceRule.REPLY_SETTING;
  }
  const ownPost = card.authorId === viewerId;
  return settings && !ownPost && !languagePasses(settings.languages, card.language) ? AbsenceRule.LANGUAGE : undefined;
}

/** What a follow says of reposts, and a mute of reposts only, holds in lists as well. */
function repostsUnwanted({ gate }: Looking, { entry }: Placed): boolean {
  const facts = gate.between.get(entry.actorId);
  return facts !== undefined && (facts.repostsHidden || facts.muted.includes(MuteScope.REPOSTS));
}

function filtered(
  looking: Looking,
  placed: Placed,
  judgement: Judgement,
  quote: SeenQuote | undefined,
): Admitted | Refused {
  const { filters, gate, timeline, now } = looking;
  if (!filters) return { shown: true, judgement, matches: NONE, quote };
  const { card } = placed;
  const quoted = quote?.shown;
  const post = {
    card: decodedCard(card),
    author: gate.authors.get(card.authorId),
    quoted: quoted && { card: decodedCard(quoted), author: gate.authors.get(quoted.authorId) },
  };
  const following = gate.between.get(card.authorId)?.following ?? false;
  const { hidden, matches } = matchFilters(filters, post, { surface: filteredOn[timeline], now, following });
  if (hidden) return refusals[AbsenceRule.FILTERED] ?? NOT_FOUND;
  return { shown: true, judgement: matches.length > 0 ? WARNED : judgement, matches, quote };
}

/** What a visibility reason is called where its absence is explained; who may not know gets the answer of a missing id. */
const ruleOf: Partial<Record<Reason, AbsenceRule>> = {
  [Reason.ACCOUNT_HIDDEN]: AbsenceRule.ACCOUNT_GONE,
  [Reason.ACCOUNT_SUSPENDED]: AbsenceRule.ACCOUNT_GONE,
  [Reason.BLOCKING]: AbsenceRule.BLOCKED,
  [Reason.MUTED]: AbsenceRule.MUTED,
  [Reason.NOT_IN_HOME]: AbsenceRule.HIDDEN_FROM_HOME,
  [Reason.REPOSTS_HIDDEN]: AbsenceRule.REPOSTS_HIDDEN,
  [Reason.REMOVED]: AbsenceRule.MODERATION,
};

const refusedFor = (reason: Reason): Refused =>
  reason === Reason.NOT_KNOWN_IN_TIME ? UNKNOWN : (refusals[ruleOf[reason] ?? AbsenceRule.NOT_FOUND] ?? NOT_FOUND);

// One object for each rule: a page may refuse hundreds.
const refusals: Partial<Record<AbsenceRule, Refused>> = Object.fromEntries(
  Object.values(AbsenceRule)
    .filter((rule) => typeof rule === "number")
    .map((absence) => [absence, { shown: false, absence }]),
);
export const NOT_FOUND: Refused = { shown: false, absence: AbsenceRule.NOT_FOUND };
const DELETED: Refused = { shown: false, absence: AbsenceRule.DELETED };
const UNKNOWN: Refused = { shown: false, absence: AbsenceRule.NOT_FOUND, unknown: true };
const NONE: Admitted["matches"] = [];
const WARNED: Judgement = { verdict: Verdict.WARN, reason: Reason.FILTERED };
