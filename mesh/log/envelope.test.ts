import { headers } from "@nats-io/transport-node";
import { expect, test } from "vitest";
import { entryAt, incarnation } from "../testing/courier.ts";
import { unwrap, wrap } from "./envelope.ts";
import { decodeHeads, encodeHeads } from "./heads.ts";

const entry = entryAt(12);
const message = (change: Record<string, string | undefined> = {}, subject?: string) => {
  const { headers: made, subject: address } = wrap("skein", "identity", incarnation, entry);
  for (const [name, value] of Object.entries(change)) value === undefined ? made.delete(name) : made.set(name, value);
  return { subject: subject ?? address, headers: made, data: entry.payload };
};
const read = (given: Parameters<typeof unwrap>[2]) => unwrap("skein", "identity", given);

test("an entry travels as a CloudEvent that a stranger can read", () => {
  const { subject, headers: made } = wrap("skein", "identity", incarnation, entry);
  expect(subject).toBe("skein.evt.identity.7.skein.identity.v1.AccountDeactivated");
  expect(Object.fromEntries([...made].map(([name, [value]]) => [name, value]))).toEqual({
    "Nats-Msg-Id": "identity-0193aaaa-7-12",
    "ce-specversion": "1.0",
    "ce-id": "identity-0193aaaa-7-12",
    "ce-source": "/skein/identity",
    "ce-type": "skein.identity.v1.AccountDeactivated",
    "ce-time": entry.at.toISOString(),
    "ce-subject": entry.subject,
    "ce-partitionkey": "7",
    "ce-sequence": "0000000000000000012",
    "ce-incarnation": incarnation,
    "content-type": "application/protobuf",
    traceparent: entry.trace,
  });
});

test.each([
  ["as it is", entry],
  ["without a trace", { ...entry, trace: "" }],
  ["with a subject that headers could not hold", { ...entry, subject: "a b%\r\nnats: ü" }],
  ["with the largest position", { ...entry, seq: 2n ** 63n - 1n }],
  ["with nothing left of its payload", { ...entry, payload: new Uint8Array() }],
])("an entry comes back %s", (_, one) => {
  const { subject, headers: made } = wrap("skein", "identity", incarnation, one);
  expect(read({ subject, headers: made, data: one.payload })).toEqual({ entry: one, incarnation });
});

test("a trace that breaks the standard is dropped, not the entry", () => {
  expect(read(message({ traceparent: "00-zz" }))?.entry).toEqual({ ...entry, trace: "" });
});

test.each([
  ["no headers", { ...message(), headers: undefined }],
  ["no attributes", { ...message(), headers: headers() }],
  ["another version", message({ "ce-specversion": "0.3" })],
  ["another encoding", message({ "content-type": "application/json" })],
  ["another source", message({ "ce-source": "/skein/content" })],
  ["no time", message({ "ce-time": undefined })],
  ["no date for a time", message({ "ce-time": "yesterday" })],
  ["no partition", message({ "ce-partitionkey": undefined })],
  ["a partition that does not exist", message({ "ce-partitionkey": "64" })],
  ["a position before the first", message({ "ce-sequence": "0" })],
  ["no number for a position", message({ "ce-sequence": "1e3" })],
  ["no subject", message({ "ce-subject": "" })],
  ["a subject that cannot be decoded", message({ "ce-subject": "%E0%A4%A" })],
  ["no type", message({ "ce-type": "" })],
  ["a type that is none", message({ "ce-type": "skein..x" })],
  ["no incarnation", message({ "ce-incarnation": undefined })],
  ["an id of another entry", message({ "ce-id": "identity-0193aaaa-7-13" })],
  ["the address of another partition", message({}, "skein.evt.identity.8.skein.identity.v1.AccountDeactivated")],
  ["the address of another namespace", message({}, "other.evt.identity.7.skein.identity.v1.AccountDeactivated")],
])("a message with %s is nobody's", (_, given) => {
  expect(read(given)).toBeUndefined();
});

test("heads come back, and garbage does not", () => {
  const heads = {
    heads: Array.from({ length: 64 }, (_, n) => BigInt(n) ** 9n),
    incarnation,
    at: new Date(1_790_000_000_000),
  };
  expect(decodeHeads(encodeHeads(heads))).toEqual(heads);
  const broken = [
    "",
    "null",
    "[]",
    "{}",
    '{"at":"never","incarnation":"a","heads":[]}',
    Buffer.from(encodeHeads(heads)).toString().replace('"0"', '"x"'),
    Buffer.from(encodeHeads(heads)).toString().replace('"0",', ""),
    Buffer.from(encodeHeads(heads)).toString().replace(incarnation, '"'),
  ];
  for (const text of broken) expect(decodeHeads(Buffer.from(text)), text).toBeUndefined();
});
