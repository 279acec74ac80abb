import { expect, test } from "vitest";
import { everything } from "../../main.ts";
import { asyncapiOf } from "./asyncapi.ts";
import { eventTypes } from "./catalogue.ts";
import { commentsIn } from "./comments.ts";

type Document = Record<"channels" | "operations", Record<string, { address?: string; action?: string }>> & {
  components: { messages: Record<string, object>; schemas: Record<string, { properties: Record<string, object> }> };
};
const document = (await asyncapiOf(everything)) as Document;

test("every event that somebody announces has a channel, a sender, a message and a schema", async () => {
  const served = (await eventTypes(everything)).filter(({ service }) => service);
  expect(served.length).toBeGreaterThan(10);
  expect(Object.keys(document.channels)).toEqual(served.map(({ name }) => name));
  expect(document.channels["skein.identity.v1.HandleChanged"]?.address).toBe(
    "{namespace}.evt.identity.{partition}.skein.identity.v1.HandleChanged",
  );
  expect(document.operations["identity.announce.HandleChanged"]).toMatchObject({ action: "send" });
  expect(document.components.messages["skein.identity.v1.HandleChanged"]).toMatchObject({
    summary: expect.stringContaining("the account has another handle"),
    "x-shard-key": "account_id",
  });
  expect(document.components.schemas["skein.identity.v1.HandleChanged"]?.properties).toMatchObject({
    newHandle: { type: "string" },
    redirectUntil: { type: "string", format: "date-time" },
    version: { type: "string", description: "The profile's version after the change." },
  });
  expect(document.components.schemas.CloudEventHeaders?.properties).toHaveProperty("ce-sequence");
});

test("every consumer of an event is one that receives it", async () => {
  const consumed = (await eventTypes(everything)).flatMap(({ service, short, consumers }) =>
    service ? consumers.map((one) => `${one.service}.${one.consumer}.${service}.${short}`) : [],
  );
  const received = Object.entries(document.operations).flatMap(([name, { action }]) =>
    action === "receive" ? [name] : [],
  );
  expect(received.toSorted()).toEqual(consumed.toSorted());
});

test("every reference leads somewhere", () => {
  const references: string[] = [];
  JSON.stringify(document, (name, value) => {
    if (name === "$ref") references.push(value);
    return value;
  });
  const at = (path: string) =>
    path
      .slice(2)
      .split("/")
      .reduce<unknown>((held, name) => (held as Record<string, unknown> | undefined)?.[name], document);
  expect(references.length).toBeGreaterThan(100);
  expect(references.filter((path) => at(path) === undefined)).toEqual([]);
});

test("comments are found above what they are about", () => {
  const text = `
// Of nobody.

// A: what it is,
// in two lines.
message A {
  option (x) = {
    shard_key: "a"
  };
  // First.
  string a = 1 [(rule).string = {
    min_len: 1
  }];
  repeated B many = 2;
  oneof choice {
    // In a choice.
    B b = 3;
  }
  // Inner.
  message B {
    map<string, int32> m = 1; // beside
    // Deep.
    optional int32 n = 2;
  }
  // After.
  int64 z = 4;
}`;
  expect(Object.fromEntries(commentsIn(text))).toEqual({
    A: "A: what it is, in two lines.",
    "A.a": "First.",
    "A.b": "In a choice.",
    B: "Inner.",
    "B.n": "Deep.",
    "A.z": "After.",
  });
});
