import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { FieldMaskSchema } from "@bufbuild/protobuf/wkt";
import { expect, test } from "vitest";
import {
  TimelineSettings_ReplySetting as Replies,
  TimelineMode,
  TimelineSettingsSchema,
} from "#gen/skein/timeline/v1/timeline_pb.ts";
import { mergeMasked } from "./merge-masked.ts";

type Settings = MessageInitShape<typeof TimelineSettingsSchema>;
const settings = (init: Settings) => create(TimelineSettingsSchema, init);
const none = { likes: 0, replies: 0, shares: 0, age: 0, affinity: 0 };
const held = settings({
  ...{ mode: TimelineMode.CHRONOLOGICAL, replies: Replies.ALL, hideReposts: true, languages: ["de", "pt"] },
  factors: { likes: 2, age: 0.5 },
});
const merged = (change: Settings, ...paths: string[]) =>
  mergeMasked(TimelineSettingsSchema, held, settings(change), create(FieldMaskSchema, { paths }), ["replies"]);

test.each<[string, Settings, string[], object]>([
  ["nothing is set", {}, [], {}],
  ["without a mask what is set counts", { mode: TimelineMode.RANKED }, [], { mode: TimelineMode.RANKED }],
  ["without a mask lists are replaced whole", { languages: ["en"] }, [], { languages: ["en"] }],
  ["a mask takes what it names and nothing else", { languages: ["en"], mode: 1 }, ["mode"], { mode: 1 }],
  ["what a mask names and the change lacks is cleared", {}, ["hide_reposts"], { hideReposts: false }],
  ["a list can be emptied", {}, ["languages"], { languages: [] }],
  ["a message is replaced whole", { factors: { shares: 3 } }, ["factors"], { factors: { ...none, shares: 3 } }],
  [
    "a field within a message",
    { factors: { shares: 3 } },
    ["factors.shares"],
    { factors: { ...none, likes: 2, shares: 3, age: 0.5 } },
  ],
  ["a field within a message can be cleared", {}, ["factors.likes"], { factors: { ...none, age: 0.5 } }],
  ["without a mask what is the service's own is passed over", { replies: Replies.NONE }, [], {}],
])("%s", (_, change, paths, expected) => {
  expect(merged(change, ...paths)).toMatchObject({ ...held, ...expected });
});

test.each(["nothing", "factors.nothing", "mode.likes", "languages.0", "", "__proto__", "replies"])(
  "the path %j is refused",
  (path) => {
    expect(() => merged({}, path)).toThrow(expect.objectContaining({ reason: "UNKNOWN_FIELD" }));
  },
);

test("what was held is not touched", () => {
  const before = structuredClone(held.factors?.likes);
  merged({ factors: { likes: 4 } }, "factors.likes");
  expect(held.factors?.likes).toBe(before);
});
