import { expect, test } from "vitest";
import { TimelineSettings_ReplySetting as Replies } from "#gen/skein/timeline/v1/timeline_pb.ts";
import { languagePasses } from "./language-rule.ts";
import { replyPasses } from "./reply-rule.ts";

const stranger = { parentFollowed: false, toViewer: false };
const friend = { parentFollowed: true, toViewer: false };
const viewer = { parentFollowed: false, toViewer: true };

test.each([
  [Replies.ALL, [true, true, true]],
  [Replies.FOLLOWED, [false, true, true]],
  [Replies.UNSPECIFIED, [false, true, true]],
  [Replies.NONE, [false, false, false]],
])("replies under setting %i: to strangers, to somebody followed, to the viewer", (setting, expected) => {
  expect([stranger, friend, viewer].map((reply) => replyPasses(setting, reply))).toEqual(expected);
});

test.each<[string[], string, boolean]>([
  [[], "de", true],
  [["pt"], "", true],
  [["pt"], "pt", true],
  [["pt"], "pt-BR", true],
  [["PT"], "pt-br", true],
  [["pt-BR"], "pt", false],
  [["pt"], "ptx", false],
  [["de", "en"], "fr", false],
])("of those who want %j a post in %j is shown: %s", (wanted, language, shown) => {
  expect(languagePasses(wanted, language)).toBe(shown);
});
