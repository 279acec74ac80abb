import {
  Audience,
  Relation_MuteScope as Mute,
  VisibilityReason as Reason,
  type Relation,
  Relation_Standing as Standing,
  Verdict,
} from "#gen/skein/common/v1/visibility_pb.ts";
import { Surface } from "#gen/skein/options/v1/options_pb.ts";

/** What is known about a viewer and an account; undefined means that nobody could tell in time, and hides. */
export type Facts = Omit<Relation, "$typeName" | "$unknown" | "accountId"> | undefined;

/** What a viewer gets to see, and the first rule that decided it. */
export interface Judgement {
  readonly verdict: Verdict;
  readonly reason: Reason;
}

/** What matters of a post besides whose it is. Deleted posts are nothing to judge: they are not there. */
export interface PostFacts {
  readonly audience: Audience;
  /** The post mentions the viewer. */
  readonly mentioned: boolean;
  /** The account did not write but repost it; whether the viewer may see the original is asked for its author. */
  readonly repost?: boolean;
  /** Taken down by moderation: only its author still sees it. */
  readonly removed?: boolean;
}

/** Answers of methods with these surfaces show others' accounts and posts: the chain lets none pass unjudged. */
export const showsOthers: ReadonlySet<Surface> = new Set([
  Surface.PROFILE,
  Surface.RELATIONS,
  Surface.SEARCH,
  Surface.HOME,
  Surface.THREAD,
  Surface.LIKERS,
  Surface.NOTIFICATIONS,
  Surface.EXPLORE,
]);

/** May the viewer see the account here? A locked account is there for everybody; what it keeps to itself is asked below. */
export function decide(surface: Surface, facts: Facts): Judgement {
  return known(surface, facts) ?? attention(surface, facts) ?? OPEN;
}

/** May the viewer see whom the account follows and who follows it? */
export function decideLists(surface: Surface, facts: Facts): Judgement {
  return known(surface, facts) ?? keptForFollowers(facts) ?? OPEN;
}

/** May the viewer see this post, or this repost, of the account here? */
export function decidePost(surface: Surface, facts: Facts, post: PostFacts): Judgement {
  return (
    known(surface, facts) ??
    (post.removed ? hide(Reason.REMOVED) : undefined) ??
    // Whom the author itself addressed needs no second permission.
    (post.audience === Audience.MENTIONED ? undefined : keptForFollowers(facts)) ??
    (meantFor(facts, post) ? undefined : hide(Reason.AUDIENCE)) ??
    attention(surface, facts, post.repost) ??
    OPEN
  );
}

/** Rules about the account alone, which nothing else can soften; undefined lets the question through to the next rules. */
function known(surface: Surface, facts: Facts): Judgement | undefined {
  if (!facts || surface === Surface.UNSPECIFIED) return hide(Reason.NOT_KNOWN_IN_TIME);
  if (facts.self) return { verdict: Verdict.ALLOW, reason: Reason.SELF };
  if (surface === Surface.MODERATION) return OPEN;
  if (facts.standing !== Standing.ACTIVE) return hide(ABSENT[facts.standing] ?? Reason.UNKNOWN);
  // One's own list of blocks shows whom one blocked, also if they block back: vanishing from it would tell so.
  if (facts.blocking) return surface === Surface.SELF ? OPEN : hide(Reason.BLOCKING);
  return facts.blockedBy ? hide(Reason.BLOCKED_BY) : undefined;
}

const ABSENT: Partial<Record<Standing, Reason>> = {
  [Standing.HIDDEN]: Reason.ACCOUNT_HIDDEN,
  [Standing.SUSPENDED]: Reason.ACCOUNT_SUSPENDED,
};

const keptForFollowers = (facts: Facts): Judgement | undefined =>
  facts?.locked && !facts.following ? hide(Reason.LOCKED) : undefined;

function meantFor(facts: Facts, { audience, mentioned }: PostFacts): boolean {
  if (audience === Audience.PUBLIC) return true;
  if (audience === Audience.FOLLOWERS) return facts?.following ?? false;
  return audience === Audience.MENTIONED && mentioned;
}

/** What the viewer does not want to see, here. */
function attention(surface: Surface, facts: Facts, repost = false): Judgement | undefined {
  const muted = (scope: Mute) => facts?.muted.includes(scope);
  if (muted(Mute.HOME)) {
    if (surface === Surface.HOME || surface === Surface.EXPLORE || surface === Surface.SEARCH)
      return hide(Reason.MUTED);
    if (surface === Surface.THREAD) return { verdict: Verdict.WARN, reason: Reason.MUTED };
  }
  if (surface === Surface.NOTIFICATIONS && muted(Mute.NOTIFICATIONS)) return hide(Reason.MUTED);
  if (surface !== Surface.HOME) return undefined;
  if (repost && muted(Mute.REPOSTS)) return hide(Reason.MUTED);
  if (facts?.hiddenFromHome) return hide(Reason.NOT_IN_HOME);
  return repost && facts?.repostsHidden ? hide(Reason.REPOSTS_HIDDEN) : undefined;
}

const OPEN: Judgement = { verdict: Verdict.ALLOW, reason: Reason.OPEN };

const hide = (reason: Reason): Judgement => ({ verdict: Verdict.HIDE, reason });
