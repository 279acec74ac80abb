import { describe, expect, test } from "vitest";
import {
  Audience,
  Relation_MuteScope as Mute,
  VisibilityReason as Reason,
  Relation_Standing as Standing,
  Verdict,
} from "#gen/skein/common/v1/visibility_pb.ts";
import { Surface } from "#gen/skein/options/v1/options_pb.ts";
import { decide, decideLists, decidePost, type Facts, type Judgement, type PostFacts } from "./visibility.ts";

type Known = NonNullable<Facts>;

const stranger: Known = {
  ...{ self: false, standing: Standing.ACTIVE, blocking: false, blockedBy: false, muted: [] },
  ...{ following: false, followedBy: false, locked: false, hiddenFromHome: false, repostsHidden: false },
};
const surfaces = Object.values(Surface).filter((one) => typeof one === "number");
const shown = surfaces.filter((one) => one !== Surface.UNSPECIFIED && one !== Surface.MODERATION);
const open: PostFacts = { audience: Audience.PUBLIC, mentioned: false };

const { ALLOW, HIDE } = Verdict;
/** Hidden < folded < shown. */
const rank = ({ verdict }: Judgement) => -verdict;
const subsets = <T>([first, ...rest]: readonly T[]): T[][] =>
  first === undefined ? [[]] : subsets(rest).flatMap((some) => [some, [first, ...some]]);

function* everyRelation(): Generator<Known> {
  const flags = ["self", "blocking", "blockedBy", "following", "locked", "hiddenFromHome", "repostsHidden"] as const;
  for (const set of subsets(flags))
    for (const standing of [Standing.UNSPECIFIED, Standing.ACTIVE, Standing.HIDDEN, Standing.SUSPENDED])
      for (const muted of subsets([Mute.HOME, Mute.NOTIFICATIONS, Mute.REPOSTS]))
        yield { ...stranger, standing, muted, ...Object.fromEntries(set.map((flag) => [flag, true])) };
}

function* everyPost(): Generator<PostFacts> {
  for (const audience of Object.values(Audience).filter((one) => typeof one === "number"))
    for (const set of subsets(["mentioned", "repost", "removed"] as const))
      yield { ...open, audience, ...Object.fromEntries(set.map((flag) => [flag, true])) };
}

const posts = [...everyPost()];
/** Everything that is ever asked about one relation. */
const questions: ((surface: Surface, facts: Facts) => Judgement)[] = [
  decide,
  decideLists,
  ...posts.map((post) => (surface: Surface, facts: Facts) => decidePost(surface, facts, post)),
];

/** What breaks a property, over relations x surfaces x questions: told by example, and by how many. */
function broken(holds: (facts: Known, surface: Surface, ask: (facts: Facts) => Judgement) => boolean) {
  const found: object[] = [];
  for (const facts of everyRelation())
    for (const surface of surfaces)
      for (const [at, ask] of questions.entries()) {
        if (!holds(facts, surface, (given) => ask(surface, given))) found.push({ surface, facts, question: at });
      }
  return { examples: found.slice(0, 3), broken: found.length };
}
const NOTHING = { examples: [], broken: 0 };

describe("over the whole product of facts, surfaces and questions", () => {
  test("a block in either direction hides, whatever else is true", () => {
    const spared = (surface: Surface, { self, blocking }: Known) =>
      self || surface === Surface.MODERATION || (surface === Surface.SELF && blocking);
    const holds = broken(
      (facts, surface, ask) =>
        !(facts.blocking || facts.blockedBy) || spared(surface, facts) || ask(facts).verdict === HIDE,
    );
    expect(holds).toEqual(NOTHING);
  });

  test("an account that is not there for others is nowhere", () => {
    const holds = broken(
      (facts, surface, ask) =>
        facts.self ||
        surface === Surface.MODERATION ||
        facts.standing === Standing.ACTIVE ||
        ask(facts).verdict === HIDE,
    );
    expect(holds).toEqual(NOTHING);
  });

  test("no account loses sight of itself, and moderators of nothing", () => {
    const holds = broken(
      (facts, surface, ask) =>
        surface === Surface.UNSPECIFIED ||
        !(facts.self || surface === Surface.MODERATION) ||
        ask(facts).verdict === ALLOW,
    );
    expect(holds).toEqual(NOTHING);
  });

  test("nothing is more visible to a stranger than to a follower", () => {
    const holds = broken(
      (facts, _, ask) => facts.following || rank(ask({ ...facts, following: true })) >= rank(ask(facts)),
    );
    expect(holds).toEqual(NOTHING);
  });

  test("somebody of whom nothing is known sees no more than whoever neither blocks, mutes nor hides", () => {
    const holds = broken((facts, _, ask) => {
      const { self, standing, locked, following } = facts;
      const friendly = { ...stranger, self, standing, locked, following };
      return rank(ask({ ...stranger, standing, locked })) <= rank(ask(friendly));
    });
    expect(holds).toEqual(NOTHING);
  });

  test.each<[string, Partial<Known>]>([
    ["being blocked", { blockedBy: true }],
    ["a mute", { muted: [Mute.HOME, Mute.NOTIFICATIONS, Mute.REPOSTS] }],
    ["a locked account", { locked: true }],
    ["hiding it from home", { hiddenFromHome: true }],
    ["hiding its reposts", { repostsHidden: true }],
    ["a suspension", { standing: Standing.SUSPENDED }],
  ])("%s never shows more than there was before", (_, change) => {
    const holds = broken((facts, surface, ask) => rank(ask({ ...facts, ...change })) <= rank(ask(facts)) || !surface);
    expect(holds).toEqual(NOTHING);
  });

  test("that an account follows the viewer opens nothing", () => {
    const holds = broken((facts, _, ask) => {
      const [before, after] = [ask(facts), ask({ ...facts, followedBy: true })];
      return before.verdict === after.verdict && before.reason === after.reason;
    });
    expect(holds).toEqual(NOTHING);
  });

  test("what is shown says SELF or OPEN, what is hidden says neither, and only a mute folds, only in threads", () => {
    const holds = broken((facts, surface, ask) => {
      const { verdict, reason } = ask(facts);
      if (verdict === Verdict.WARN) return surface === Surface.THREAD && reason === Reason.MUTED;
      const shows = reason === Reason.SELF || reason === Reason.OPEN;
      return shows === (verdict === ALLOW) && reason !== Reason.UNSPECIFIED;
    });
    expect(holds).toEqual(NOTHING);
  });

  test("a post is seen only where its author is", () => {
    const found: object[] = [];
    for (const facts of everyRelation())
      for (const surface of surfaces)
        for (const post of posts)
          if (rank(decidePost(surface, facts, post)) > rank(decide(surface, facts)))
            found.push({ surface, facts, post });
    expect(found.slice(0, 3)).toEqual([]);
  });
});

test.each(surfaces)("what nobody could tell in time hides, on surface %i", (surface) => {
  const closed = { verdict: HIDE, reason: Reason.NOT_KNOWN_IN_TIME };
  for (const ask of questions) expect(ask(surface, undefined)).toEqual(closed);
});

test("a standing of a later version hides", () => {
  for (const ask of questions)
    expect(ask(Surface.PROFILE, { ...stranger, standing: 9 as Standing }).verdict).toBe(HIDE);
});

test("a surface that is not named hides", () => {
  for (const ask of questions) expect(ask(Surface.UNSPECIFIED, stranger).verdict).toBe(HIDE);
});

const follower = { ...stranger, following: true };
const locked = { ...stranger, locked: true };
const named = (values: object, value: number) => Object.entries(values).find(([, one]) => one === value)?.[0];
const reason = ({ verdict, reason: why }: Judgement) => `${named(Verdict, verdict)} ${named(Reason, why)}`;

test("whom one blocked is in one's own list, also if they block back; whoever only blocks me is not", () => {
  const both = { ...stranger, blocking: true, blockedBy: true };
  expect(reason(decide(Surface.SELF, both))).toBe("ALLOW OPEN");
  expect(reason(decide(Surface.SELF, { ...stranger, blockedBy: true }))).toBe("HIDE BLOCKED_BY");
  expect(reason(decide(Surface.PROFILE, both))).toBe("HIDE BLOCKING");
});

test.each(shown)("a locked account is there, and keeps its posts and lists for followers, on surface %i", (surface) => {
  expect(reason(decide(surface, locked))).toBe("ALLOW OPEN");
  expect(reason(decideLists(surface, locked))).toBe("HIDE LOCKED");
  expect(reason(decidePost(surface, locked, open))).toBe("HIDE LOCKED");
  expect(reason(decidePost(surface, { ...locked, following: true }, open))).toBe("ALLOW OPEN");
  expect(reason(decideLists(surface, { ...locked, following: true }))).toBe("ALLOW OPEN");
});

test.each<[string, Audience, Known, boolean, string]>([
  ["a stranger", Audience.PUBLIC, stranger, false, "ALLOW OPEN"],
  ["a stranger", Audience.FOLLOWERS, stranger, false, "HIDE AUDIENCE"],
  ["a mentioned stranger", Audience.FOLLOWERS, stranger, true, "HIDE AUDIENCE"],
  ["a follower", Audience.FOLLOWERS, follower, false, "ALLOW OPEN"],
  ["a follower", Audience.MENTIONED, follower, false, "HIDE AUDIENCE"],
  ["a mentioned stranger", Audience.MENTIONED, stranger, true, "ALLOW OPEN"],
  ["whom a locked account addressed", Audience.MENTIONED, locked, true, "ALLOW OPEN"],
  ["whom a locked account did not address", Audience.MENTIONED, locked, false, "HIDE AUDIENCE"],
  ["a mentioned follower", Audience.PRIVATE, follower, true, "HIDE AUDIENCE"],
  ["the author", Audience.PRIVATE, { ...stranger, self: true }, false, "ALLOW SELF"],
  ["a mentioned follower", Audience.UNSPECIFIED, follower, true, "HIDE AUDIENCE"],
])("%s, a post for audience %i", (_, audience, facts, mentioned, verdict) => {
  expect(reason(decidePost(Surface.THREAD, facts, { audience, mentioned }))).toBe(verdict);
});

test.each<[Mute, boolean, string[]]>([
  [Mute.HOME, false, ["SEARCH", "HOME", "EXPLORE", "THREAD folded"]],
  [Mute.NOTIFICATIONS, false, ["NOTIFICATIONS"]],
  [Mute.REPOSTS, false, []],
  [Mute.REPOSTS, true, ["HOME"]],
])("a mute of scope %i (repost: %s) is felt on %j and nowhere else", (scope, repost, where) => {
  const felt = shown.filter((one) => {
    const { verdict } = decidePost(one, { ...follower, muted: [scope] }, { ...open, repost });
    return where.includes(`${named(Surface, one)}${verdict === Verdict.WARN ? " folded" : ""}`) === (verdict === ALLOW);
  });
  expect(felt).toEqual([]);
});

test("a follow that is hidden from home, or whose reposts are, is felt in home alone", () => {
  const hidden = { ...follower, hiddenFromHome: true };
  const original = { ...follower, repostsHidden: true };
  expect(reason(decidePost(Surface.HOME, hidden, open))).toBe("HIDE NOT_IN_HOME");
  expect(reason(decidePost(Surface.HOME, original, open))).toBe("ALLOW OPEN");
  expect(reason(decidePost(Surface.HOME, original, { ...open, repost: true }))).toBe("HIDE REPOSTS_HIDDEN");
  for (const one of shown.filter((other) => other !== Surface.HOME))
    expect(reason(decidePost(one, { ...hidden, repostsHidden: true }, { ...open, repost: true }))).toBe("ALLOW OPEN");
});

test("what moderation took down is there for its author and for moderators", () => {
  const removed = { ...open, removed: true };
  expect(reason(decidePost(Surface.PROFILE, follower, removed))).toBe("HIDE REMOVED");
  expect(reason(decidePost(Surface.PROFILE, { ...stranger, self: true }, removed))).toBe("ALLOW SELF");
  expect(reason(decidePost(Surface.MODERATION, stranger, removed))).toBe("ALLOW OPEN");
});
