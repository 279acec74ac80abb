import { Code } from "@connectrpc/connect";
import { expect, test } from "vitest";
import { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import { judged } from "../context.ts";
import type { AnyRpc } from "../service.ts";
import { bareParts, callBare } from "../testing/bare-chain.ts";

const { getProfile, getMe } = IdentityService.method;
const watchProfile = { ...getProfile, methodKind: "server_streaming" as const };
const request = { accountId: "0193aaaa-0000-7000-8000-000000000001" };
const unasked: AnyRpc = async () => ({ profile: { handle: "ann" } });
const asked: AnyRpc = async (_, context) => {
  judged(context);
  return { profile: { handle: "ann" } };
};
const refusal = { code: Code.Internal, rawMessage: expect.stringMatching(/^internal error, request /) };

test("others' accounts are not shown by a handler that asked for no decision, and the log says whose bug it is", async () => {
  const lines: string[] = [];
  await expect(callBare(bareParts(lines), getProfile, unasked, request)).rejects.toMatchObject(refusal);
  expect(lines.map((line) => JSON.parse(line))).toContainEqual(
    expect.objectContaining({
      level: "error",
      cause: expect.objectContaining({ message: expect.stringContaining("GetProfile shows others' accounts") }),
    }),
  );
});

test("what was decided upon is shown, and so is one's own account", async () => {
  expect(await callBare(bareParts([]), getProfile, asked, request)).toMatchObject({ profile: { handle: "ann" } });
  expect(await callBare(bareParts([]), getMe, async () => ({}), {})).toEqual({});
});

test("a stream stops before the first thing that nobody decided upon", async () => {
  const shown: unknown[] = [];
  const open = (decides: boolean): AnyRpc =>
    async function* (_, context) {
      if (decides) judged(context);
      yield { profile: { handle: "ann" } };
    };
  const watch = (decides: boolean) => callBare(bareParts([]), watchProfile as never, open(decides), request as never);
  await expect(async () => {
    for await (const one of watch(false) as AsyncIterable<object>) shown.push(one);
  }).rejects.toMatchObject(refusal);
  expect(shown).toEqual([]);
  for await (const one of watch(true) as AsyncIterable<object>) shown.push(one);
  expect(shown).toHaveLength(1);
});
