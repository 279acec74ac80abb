import { afterAll, beforeAll, expect, test } from "vitest";
import { TimelineMode as Mode, TimelineSettings_ReplySetting as Replies } from "#gen/skein/timeline/v1/timeline_pb.ts";
import { TimelineService } from "#gen/skein/timeline/v1/timeline_service_pb.ts";
import { refusal } from "#mesh/testing/refusal.ts";
import { as } from "#mesh/testing.ts";
import { startTimeline, type TimelineMesh } from "../testing/start.ts";

let mesh: TimelineMesh;
beforeAll(async () => {
  mesh = await startTimeline();
});
afterAll(() => mesh[Symbol.asyncDispose]());

const service = () => mesh.client(TimelineService);
const somebody = () => mesh.timeline.ids.next();
const ones = { likes: 1, replies: 1, shares: 1, age: 1, affinity: 1 };

test("who never set anything has the settings of everybody, with nothing left unsaid", async () => {
  const { settings } = await service().getTimelineSettings({}, as(somebody()));
  expect(settings).toMatchObject({ mode: Mode.RANKED, replies: Replies.FOLLOWED, hideReposts: false, languages: [] });
  expect(settings?.factors).toMatchObject(ones);
});

test("a change changes what is set or named, the rest stays, and others keep theirs", async () => {
  const ann = somebody();
  const set = async (request: Parameters<ReturnType<typeof service>["updateTimelineSettings"]>[0]) =>
    (await service().updateTimelineSettings(request, as(ann))).settings;
  await set({ settings: { hideReposts: true, languages: ["de", "pt-BR"] } });
  await set({
    settings: { mode: Mode.CHRONOLOGICAL, factors: { likes: 2 } },
    updateMask: { paths: ["factors.likes"] },
  });
  const last = await set({ settings: {}, updateMask: { paths: ["languages"] } });
  expect(last).toMatchObject({ mode: Mode.RANKED, hideReposts: true, languages: [] });
  expect(last?.factors).toMatchObject({ ...ones, likes: 2 });
  expect((await service().getTimelineSettings({}, as(ann))).settings).toEqual(last);
  expect((await service().getTimelineSettings({}, as(somebody()))).settings?.hideReposts).toBe(false);
});

test("of changes at once each keeps what the others set, and a key has its effect once", async () => {
  const ann = somebody();
  const set = (settings: object, idempotencyKey = "") =>
    service().updateTimelineSettings({ settings, idempotencyKey }, as(ann));
  await Promise.all([
    set({ hideReposts: true }),
    set({ languages: ["en"] }),
    set({ replies: Replies.NONE }),
    set({ factors: { age: 2 } }),
  ]);
  const { settings } = await set({ mode: Mode.CHRONOLOGICAL }, "once");
  expect(settings).toMatchObject({ hideReposts: true, languages: ["en"], replies: Replies.NONE, mode: 2 });
  expect(settings?.factors?.age).toBe(2);
  await set({ mode: Mode.RANKED });
  expect(await set({ mode: Mode.CHRONOLOGICAL }, "once")).toMatchObject({ settings: { mode: Mode.CHRONOLOGICAL } });
  expect((await service().getTimelineSettings({}, as(ann))).settings?.mode).toBe(Mode.RANKED);
});

test.each([
  ["an unknown field", { settings: {}, updateMask: { paths: ["order"] } }, "UNKNOWN_FIELD"],
  ["a factor beyond its bounds", { settings: { factors: { likes: 4.5 } } }, "INVALID_REQUEST"],
  ["a language that is none", { settings: { languages: ["German!"] } }, "INVALID_REQUEST"],
  ["a language twice", { settings: { languages: ["de", "de"] } }, "INVALID_REQUEST"],
  ["no settings", {}, "INVALID_REQUEST"],
])("%s is refused", async (_, request, reason) => {
  const refused = await refusal(service().updateTimelineSettings(request, as(somebody())));
  expect(refused.reason).toBe(reason);
});

test("a marker moves forward, whatever order devices speak in, and never back", async () => {
  const ann = somebody();
  expect((await service().getReadMarker({}, as(ann))).marker).toBeUndefined();
  const [first, second, third] = [somebody(), somebody(), somebody()];
  const mark = async (itemId: string) => (await service().updateReadMarker({ itemId }, as(ann))).marker;
  expect(await mark(second)).toMatchObject({ itemId: second, version: 1n });
  expect(await mark(first)).toMatchObject({ itemId: second, version: 1n });
  expect(await mark(second.toUpperCase())).toMatchObject({ itemId: second, version: 1n });
  expect(await mark(third)).toMatchObject({ itemId: third, version: 2n });
  const items = Array.from({ length: 8 }, somebody);
  await Promise.all(items.toReversed().map(mark));
  expect((await service().getReadMarker({}, as(ann))).marker?.itemId).toBe(items.at(-1));
  expect((await service().getReadMarker({}, as(somebody()))).marker).toBeUndefined();
});

test("a marker cannot be set into the future, where it would stay", async () => {
  const refused = await refusal(
    service().updateReadMarker({ itemId: "ffffffff-ffff-7fff-bfff-ffffffffffff" }, as(somebody())),
  );
  expect(refused.reason).toBe("ITEM_NOT_FOUND");
});
