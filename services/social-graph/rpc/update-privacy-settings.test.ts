import { afterAll, beforeAll, expect, test } from "vitest";
import { PrivacySettingsChangedSchema } from "#gen/skein/graph/v1/graph_events_pb.ts";
import { GraphService } from "#gen/skein/graph/v1/graph_service_pb.ts";
import { Circle } from "#gen/skein/graph/v1/privacy_pb.ts";
import { as, type TestMesh } from "#mesh/testing.ts";
import { startGraphMesh } from "../testing/graph-mesh.ts";
import { eventsAs } from "../testing/log.ts";
import { settle } from "../testing/people.ts";

let mesh: TestMesh;
beforeAll(async () => {
  mesh = await startGraphMesh();
});
afterAll(() => mesh[Symbol.asyncDispose]());

const graph = () => mesh.client(GraphService);
const settingsOf = async (who: string) => (await graph().getPrivacySettings({}, as(who))).settings;

test("who never set anything has the defaults; a change changes what is set, once, and announces all", async () => {
  const ann = await settle(mesh, "set_ann");
  const open = { locked: false, discoverable: true, whoMayMention: Circle.EVERYONE, whoMayReply: Circle.EVERYONE };
  expect(await settingsOf(ann)).toMatchObject({ ...open, version: 0n });
  await graph().updatePrivacySettings({}, as(ann));
  await graph().updatePrivacySettings({ locked: false, whoMayReply: Circle.EVERYONE }, as(ann));
  expect(await settingsOf(ann)).toMatchObject({ ...open, version: 0n });
  await graph().updatePrivacySettings({ locked: true, whoMayReply: Circle.NOBODY }, as(ann));
  await graph().updatePrivacySettings({ whoMayReply: Circle.NOBODY }, as(ann));
  const { settings } = await graph().updatePrivacySettings({ discoverable: false }, as(ann));
  const last = { ...open, locked: true, whoMayReply: Circle.NOBODY, discoverable: false, version: 2n };
  expect(settings).toMatchObject(last);
  expect(await settingsOf(ann)).toMatchObject(last);
  expect(await eventsAs(mesh, PrivacySettingsChangedSchema, ann)).toMatchObject([
    { settings: { locked: true, discoverable: true, version: 1n } },
    { settings: last },
  ]);
});

test("of changes at once each keeps what the others set", async () => {
  const ann = await settle(mesh, "set_both");
  const changes = [{ locked: true }, { discoverable: false }, { whoMayMention: Circle.FOLLOWED }];
  await Promise.all(changes.map((change) => graph().updatePrivacySettings(change, as(ann))));
  expect(await settingsOf(ann)).toMatchObject({
    ...{ locked: true, discoverable: false, whoMayMention: Circle.FOLLOWED, version: 3n },
  });
});
