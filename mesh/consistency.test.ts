import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import { expect, test } from "vitest";
import { type LogPosition, LogPositionSchema } from "#gen/skein/common/v1/consistency_pb.ts";
import { GatewayInfoService } from "#gen/skein/gateway/v1/gateway_info_service_pb.ts";
import { AccountDeactivatedSchema } from "#gen/skein/identity/v1/identity_events_pb.ts";
import { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import {
  decodePositions,
  encodePositions,
  mergePositions,
  positionsKnown,
  TOKEN_HEADER,
  WROTE_HEADER,
} from "./consistency.ts";
import { type Context, current } from "./context.ts";
import { partitionOf } from "./partition.ts";
import { type ToyDeps, toy } from "./testing/toy.ts";
import { as, freshToken, startTestMesh } from "./testing.ts";

const NOW = 1_800_000_000_000;
/** "identity/3@7 -10s" names a place and how long ago it was written; "restored" stands for another incarnation. */
function at(text: string): LogPosition {
  const [, service = "", partition, seq, incarnation, ago] =
    /^(\w+)\/(\d+)@(\d+)( restored)?(?: -(\d+)s)?$/.exec(text) ?? [];
  return create(LogPositionSchema, {
    ...{ service, partition: Number(partition), seq: BigInt(seq ?? 0), incarnation: incarnation ? "2" : "1" },
    writtenAt: timestampFromMs(NOW - Number(ago ?? 0) * 1000),
  });
}
const named = ({ service, partition, seq, incarnation }: LogPosition) =>
  `${service}/${partition}@${seq}${incarnation === "2" ? " restored" : ""}`;
const merge = (...sides: string[][]) => mergePositions(new Date(NOW), ...sides.map((side) => side.map(at))).map(named);

test.each<[string, string[][], string[]]>([
  ["nothing", [[], []], []],
  ["the newest of one log", [["a/1@5"], ["a/1@7"], ["a/1@6"]], ["a/1@7"]],
  ["each log for itself", [["a/1@5 -1s"], ["a/2@3 -2s", "b/1@9 -3s"]], ["a/1@5", "a/2@3", "b/1@9"]],
  ["nothing that is older than a minute", [["a/1@5 -61s", "a/2@5 -60s"]], ["a/2@5"]],
  [
    "of two incarnations the later written, though its number is lower",
    [["a/1@90 -9s"], ["a/1@2 restored -1s"]],
    ["a/1@2 restored"],
  ],
  [
    "of two incarnations the later written, whatever comes last",
    [["a/1@2 restored -1s"], ["a/1@90 -9s"]],
    ["a/1@2 restored"],
  ],
  [
    "the newest eight",
    [Array.from({ length: 12 }, (_, n) => `a/${n}@1 -${n}s`)],
    Array.from({ length: 8 }, (_, n) => `a/${n}@1`),
  ],
])("what is kept: %s", (_, sides, kept) => {
  expect(merge(...sides)).toEqual(kept);
});

test("a header gives back what was put into it", () => {
  const positions = [at("identity/3@7"), at("graph/63@18446744073709551615 -5s")];
  expect(decodePositions(encodePositions(positions))).toEqual(positions);
  expect(decodePositions(encodePositions([]))).toEqual([]);
});

const good = encodePositions([at("identity/3@7")]);
test.each([
  ["no base64", "!!!"],
  ["another spelling", `${good}=`],
  ["cut off", good.slice(0, -4)],
  ["no message", Buffer.from("hello").toString("base64url")],
  ["too long", encodePositions(Array.from({ length: 99 }, (_, n) => at(`identity/${n}@7`)))],
])("a header that is %s is refused, not ignored", (_, text) => {
  expect(() => decodePositions(text)).toThrow(expect.objectContaining({ reason: "CONSISTENCY_TOKEN_INVALID" }));
});

const ann = "0193aaaa-0000-7000-8000-000000000001";
const partition = partitionOf(ann);
const seen: Record<string, LogPosition[]> = {};
const see = (what: string, context: Context) => {
  seen[what] = positionsKnown(context);
};
const write = ({ db }: ToyDeps, context: Context) =>
  db.commit(context, async (tx) => tx.publish(AccountDeactivatedSchema, { accountId: ann }));

const behind = toy("identity", [IdentityService], {
  changeHandle: (deps) => async (_, context) => {
    see("first", context);
    await write(deps, context);
    return {};
  },
  getMe: () => async (_, context) => {
    see("second", context);
    return {};
  },
});
let failing = false;
const front = toy(
  "content",
  [GatewayInfoService],
  {
    getServerInfo: (deps) => async (_, context) => {
      const { changeHandle, getMe } = deps.peers.identity as unknown as Record<
        string,
        (request: object) => Promise<unknown>
      >;
      await changeHandle?.({ handle: "anna" });
      await getMe?.({});
      await write(deps, context);
      if (failing) throw new Error("after the write");
      return {};
    },
  },
  { identity: IdentityService },
);

test("what nested calls wrote reaches later ones and the client, whose next call names it", async () => {
  await using mesh = await startTestMesh([front, behind], { MESH_STRICT_BUDGETS: "false" });
  const client = mesh.client(GatewayInfoService);
  const token = freshToken();
  const told = () => decodePositions(token.value).map(named).sort();
  await client.getServerInfo({}, as(ann, { token }));
  const incarnation = await mesh.deps<ToyDeps>("identity").db.incarnation();
  expect(decodePositions(token.value).find(({ service }) => service === "identity")?.incarnation).toBe(incarnation);
  expect(told()).toEqual([`content/${partition}@1`, `identity/${partition}@1`]);
  expect([seen.first, seen.second?.map(named)]).toEqual([[], [`identity/${partition}@1`]]);

  await client.getServerInfo({}, as(ann, { token }));
  expect(seen.first?.map(named).sort()).toEqual([`content/${partition}@1`, `identity/${partition}@1`]);
  expect(seen.second?.map(named).sort()).toEqual([`content/${partition}@1`, `identity/${partition}@2`]);
  expect(told()).toEqual([`content/${partition}@2`, `identity/${partition}@2`]);

  // A minute later nobody needs to be told any more.
  mesh.clock.advance(61_000);
  await client.getServerInfo({}, as(ann, { token }));
  expect(seen.first).toEqual([]);

  failing = true;
  const error = await client.getServerInfo({}, as(ann, { token })).catch((thrown) => ConnectError.from(thrown));
  expect(error).toMatchObject({ code: Code.Internal });
  expect((error as ConnectError).metadata.get(WROTE_HEADER)).toBeNull();

  const broken = client.getServerInfo({}, as(ann, { headers: { [TOKEN_HEADER]: "!!!" } }));
  await expect(broken).rejects.toMatchObject({ code: Code.InvalidArgument });
  expect(current()).toBeUndefined();
});
