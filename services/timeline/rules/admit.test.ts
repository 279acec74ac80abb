import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import {
  Audience,
  Relation_MuteScope as Mute,
  Relation_Standing as Standing,
} from "#gen/skein/common/v1/visibility_pb.ts";
import { Circle } from "#gen/skein/content/v1/post_pb.ts";
import {
  AbsenceRule,
  TimelineSettings_ReplySetting as Replies,
  type TimelineSettings,
  TimelineSettingsSchema,
} from "#gen/skein/timeline/v1/timeline_pb.ts";
import { judgeWith } from "../view/gate.ts";
import type { Acts, Between, Card, Entry } from "../view/shapes.ts";
import { admit, type Looking, type Placed, type TimelineKind } from "./admit.ts";

const STRANGER: Between = {
  ...{ self: false, standing: Standing.ACTIVE, blocking: false, blockedBy: false, muted: [], following: false },
  ...{ followedBy: false, locked: false, hiddenFromHome: false, repostsHidden: false },
};
const FRIEND: Between = { ...STRANGER, following: true };

const card: Card = {
  ...{ postId: "p", authorId: "bob", version: 1n, deleted: false, audience: Audience.PUBLIC, createdMs: 0 },
  ...{ parentId: undefined, parentAuthorId: undefined, quotedId: undefined, quotedAuthorId: undefined },
  ...{ quoteWithheld: undefined, mentioned: [], language: "en", hasMedia: false, mayReply: Circle.EVERYONE },
  ...{ mayQuote: Circle.EVERYONE, bytes: new Uint8Array() },
};

/** Ann looks at a post of bob's, whom she follows; cleo shares, dan is answered. */
interface Scene {
  timeline?: TimelineKind;
  bob?: Partial<Between> | undefined;
  cleo?: Partial<Between>;
  dan?: Between;
  card?: Partial<Card>;
  shared?: boolean;
  hashtag?: string;
  settings?: Partial<Pick<TimelineSettings, "replies" | "languages" | "hideReposts">>;
  exclusive?: string[];
  acts?: Partial<Acts>;
  withoutReposts?: boolean;
}

function absenceIn(scene: Scene): AbsenceRule | "SHOWN" | "UNKNOWN" {
  const between = new Map<string, Between>([
    ["ann", { ...STRANGER, self: true }],
    ["cleo", { ...FRIEND, ...scene.cleo }],
    ["dan", scene.dan ?? STRANGER],
  ]);
  if (!("bob" in scene) || scene.bob) between.set("bob", { ...FRIEND, ...scene.bob });
  const acts = new Map([["p", { liked: false, shared: false, bookmarked: false, hidden: false, ...scene.acts }]]);
  const gate = {
    between,
    acts,
    authors: new Map(),
    exclusive: new Set(scene.exclusive),
    judge: judgeWith(between, "ann"),
  };
  const looking: Looking = {
    ...{ timeline: scene.timeline ?? "HOME", viewerId: "ann", filters: undefined, now: new Date(0), gate },
    settings: create(TimelineSettingsSchema, scene.settings ?? {}),
    withoutReposts: scene.withoutReposts ?? false,
  };
  const shown = { ...card, ...scene.card };
  const entry: Entry = scene.shared
    ? { id: "s", share: true, postId: "p", actorId: "cleo", atMs: 0 }
    : { id: "p", share: false, postId: "p", actorId: shown.authorId, atMs: 0 };
  const placed: Placed = { candidate: scene.hashtag ? { hashtag: scene.hashtag } : {}, entry, card: shown };
  const said = admit(looking, placed);
  return said.shown ? "SHOWN" : said.unknown ? "UNKNOWN" : said.absence;
}

const reply = { parentId: "q", parentAuthorId: "dan" };
const A = AbsenceRule;
test.each<[string, Scene, AbsenceRule | "SHOWN" | "UNKNOWN"]>([
  ["of somebody followed", {}, "SHOWN"],
  [
    "of the viewer's own, whatever the settings say",
    { card: { authorId: "ann", language: "de", ...reply }, settings: { languages: ["en"], replies: Replies.NONE } },
    "SHOWN",
  ],
  ["of a stranger", { bob: { following: false } }, A.NOT_FOLLOWED],
  ["of a stranger, with a followed tag", { bob: { following: false }, hashtag: "weaving" }, "SHOWN"],
  ["of a stranger, shared by somebody followed", { bob: { following: false }, shared: true }, "SHOWN"],
  ["shared by a stranger", { cleo: { following: false }, shared: true }, A.NOT_FOLLOWED],
  ["that was deleted", { card: { deleted: true } }, A.DELETED],
  ["that was deleted and was not for the viewer", { card: { deleted: true, audience: Audience.PRIVATE } }, A.NOT_FOUND],
  ["of somebody blocked", { bob: { blocking: true } }, A.BLOCKED],
  ["of somebody who blocks the viewer", { bob: { blockedBy: true } }, A.NOT_FOUND],
  ["shared by somebody blocked", { cleo: { blocking: true }, shared: true }, A.BLOCKED],
  ["of somebody suspended", { bob: { standing: Standing.SUSPENDED } }, A.ACCOUNT_GONE],
  ["of somebody nobody has heard of", { bob: { standing: Standing.UNSPECIFIED } }, A.NOT_FOUND],
  ["of somebody about whom nothing is known in time", { bob: undefined }, "UNKNOWN"],
  [
    "for followers, of a stranger",
    { bob: { following: false }, card: { audience: Audience.FOLLOWERS }, hashtag: "weaving" },
    A.NOT_FOUND,
  ],
  ["of a locked stranger", { bob: { following: false, locked: true }, hashtag: "weaving" }, A.NOT_FOUND],
  ["for those it mentions", { card: { audience: Audience.MENTIONED, mentioned: ["ann"] } }, "SHOWN"],
  ["of somebody muted", { bob: { muted: [Mute.HOME] } }, A.MUTED],
  ["of somebody kept out of home", { bob: { hiddenFromHome: true } }, A.HIDDEN_FROM_HOME],
  ["of somebody in an exclusive list", { exclusive: ["bob"] }, A.EXCLUSIVE_LIST],
  ["of somebody in an exclusive list, shared by another", { exclusive: ["bob"], shared: true }, "SHOWN"],
  ["shared by somebody whose reposts are hidden", { cleo: { repostsHidden: true }, shared: true }, A.REPOSTS_HIDDEN],
  ["shared, where the viewer wants no reposts", { shared: true, settings: { hideReposts: true } }, A.REPOSTS_HIDDEN],
  ["that answers a stranger", { card: reply }, A.REPLY_SETTING],
  ["that answers somebody followed", { card: reply, dan: FRIEND }, "SHOWN"],
  ["that answers the viewer", { card: { parentId: "q", parentAuthorId: "ann" } }, "SHOWN"],
  ["that answers its own author", { card: { parentId: "q", parentAuthorId: "bob" } }, "SHOWN"],
  ["that answers a stranger, shared by somebody", { card: reply, shared: true }, "SHOWN"],
  [
    "that answers somebody, where no replies are wanted",
    { card: reply, dan: FRIEND, settings: { replies: Replies.NONE } },
    A.REPLY_SETTING,
  ],
  ["in another language", { settings: { languages: ["de"] } }, A.LANGUAGE],
  ["that the viewer does not want again", { acts: { hidden: true } }, A.FEEDBACK],
])("in a home, a post %s", (_, scene, expected) => {
  expect(absenceIn(scene)).toBe(expected);
});

test.each<[TimelineKind, string, Scene, AbsenceRule | "SHOWN"]>([
  ["LIST", "of somebody kept out of home", { bob: { hiddenFromHome: true } }, "SHOWN"],
  [
    "LIST",
    "of a stranger",
    { bob: { following: false }, card: { language: "fr" }, settings: { languages: ["de"] } },
    "SHOWN",
  ],
  ["LIST", "of somebody muted", { bob: { muted: [Mute.HOME] } }, A.MUTED],
  [
    "LIST",
    "shared by somebody whose reposts are hidden",
    { cleo: { repostsHidden: true }, shared: true },
    A.REPOSTS_HIDDEN,
  ],
  [
    "LIST",
    "shared by somebody whose reposts are muted",
    { cleo: { muted: [Mute.REPOSTS] }, shared: true },
    A.REPOSTS_HIDDEN,
  ],
  ["LIST", "shared, in a list without reposts", { shared: true, withoutReposts: true }, A.REPOSTS_HIDDEN],
  ["USER", "of somebody muted", { bob: { muted: [Mute.HOME] } }, "SHOWN"],
  ["USER", "that the viewer does not want again", { acts: { hidden: true } }, "SHOWN"],
  ["USER", "of somebody blocked", { bob: { blocking: true } }, A.BLOCKED],
  ["HASHTAG", "of a stranger", { bob: { following: false } }, "SHOWN"],
  ["HASHTAG", "that the viewer does not want again", { acts: { hidden: true } }, A.FEEDBACK],
  ["EXPLORE", "of somebody muted", { bob: { muted: [Mute.HOME] } }, A.MUTED],
])("%s: a post %s", (timeline, _, scene, expected) => {
  expect(absenceIn({ ...scene, timeline })).toBe(expected);
});
