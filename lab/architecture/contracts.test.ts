import { type DescMessage, type DescMethod, getOption, hasOption } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { Auth, event, method as methodOption, Replay, Surface, Tier } from "#gen/skein/options/v1/options_pb.ts";
import { careOf, fieldsWithin, isMutation, nameOf, optionsOf } from "#mesh/contract.ts";
import { allFiles } from "./descriptors.ts";

const files = await allFiles();
const methods = files.flatMap(({ services }) => services.flatMap((service) => service.methods));
const events = files.flatMap(({ messages }) => messages.filter((message) => hasOption(message, event)));
const failing = (wrong: (method: DescMethod) => boolean) => methods.filter(wrong).map(nameOf);

test("there are contracts to look at", () => {
  expect(methods.length).toBeGreaterThan(35);
  expect(events.length).toBeGreaterThanOrEqual(10);
});

test("every method declares its options, and none of them is unspecified", () => {
  expect(failing((method) => !hasOption(method, methodOption))).toEqual([]);
  expect(failing((method) => optionsOf(method).auth === Auth.UNSPECIFIED)).toEqual([]);
  expect(failing((method) => optionsOf(method).tier === Tier.UNSPECIFIED)).toEqual([]);
  expect(failing((method) => optionsOf(method).deadlineMs === 0 || optionsOf(method).p99Ms === 0)).toEqual([]);
  expect(failing((method) => optionsOf(method).budget === undefined)).toEqual([]);
});

test("every mutation says what repeating it does", () => {
  expect(failing((method) => isMutation(method) && optionsOf(method).replay === Replay.UNSPECIFIED)).toEqual([]);
  expect(failing((method) => !isMutation(method) && optionsOf(method).replay !== Replay.UNSPECIFIED)).toEqual([]);
});

test("a mutation whose repetition is recorded has a field for the key", () => {
  const keyed = (method: DescMethod) => method.input.fields.some(({ name }) => name === "idempotency_key");
  const recorded: Replay[] = [Replay.RECORDED, Replay.ENTITY, Replay.REISSUE];
  expect(failing((method) => recorded.includes(optionsOf(method).replay) && !keyed(method))).toEqual([]);
});

test("no recorded answer holds a token", () => {
  expect(failing((method) => optionsOf(method).replay === Replay.RECORDED && holds(method.output, "secret"))).toEqual(
    [],
  );
});

test("personal data reaches its owner only", () => {
  // The whole of what an account's owner may see is marked by the surface; nothing else may lead to a personal field.
  const selfish = /^skein\.identity\.v1\.(Account)$/;
  const leaks = methods.filter((method) => optionsOf(method).public && leadsTo(method.output, "pii", selfish));
  expect(leaks.map(nameOf)).toEqual([]);
});

test("whatever shows an account or a post says where", () => {
  const shown = new Set(["skein.identity.v1.Profile", "skein.content.v1.Post"]);
  const shows = ({ output }: DescMethod) =>
    [...fieldsWithin(output)].some(({ message }) => message && shown.has(message.typeName));
  expect(failing((method) => shows(method) && optionsOf(method).surface === Surface.UNSPECIFIED)).toEqual([]);
});

test("no event leads to personal data or a secret", () => {
  expect(events.filter((one) => holds(one, "pii") || holds(one, "secret")).map(({ typeName }) => typeName)).toEqual([]);
});

test("every event names its shard key and its subject by fields it has", () => {
  const wrong = events.filter((one) => {
    const { shardKey, subject } = getOption(one, event);
    return ![shardKey, subject].every((name) => one.fields.some((field) => field.name === name));
  });
  expect(wrong.map(({ typeName }) => typeName)).toEqual([]);
});

test("a shared cache is only for what is the same for everybody", () => {
  expect(
    failing((method) => (optionsOf(method).cache?.shared ?? false) && optionsOf(method).auth !== Auth.NONE),
  ).toEqual([]);
});

test("lists page by cursor", () => {
  const has = (message: DescMessage, ...names: string[]) => message.fields.some(({ name }) => names.includes(name));
  // A gap's own token says where it goes on, a stream's where it is taken up.
  const goesOn = ({ input, output }: DescMethod) =>
    has(output, "next_page_token") ||
    has(input, "gap_token") ||
    (has(input, "resume_token") && has(output, "resume_token"));
  expect(failing((method) => has(method.input, "page_size") !== goesOn(method))).toEqual([]);
});

function holds(message: DescMessage, care: "pii" | "secret"): boolean {
  return [...fieldsWithin(message)].some((field) => careOf(field)[care]);
}

function leadsTo(message: DescMessage, care: "pii" | "secret", except: RegExp): boolean {
  if (except.test(message.typeName)) return false;
  return message.fields.some(
    (field) => careOf(field)[care] || (field.message !== undefined && leadsTo(field.message, care, except)),
  );
}
