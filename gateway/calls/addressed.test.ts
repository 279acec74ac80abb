import { Code, ConnectError, createClient, type Transport } from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport } from "@connectrpc/connect-node";
import { expect, test } from "vitest";
import { FailureSchema } from "#gen/skein/common/v1/failure_pb.ts";
import { GatewayInfoService } from "#gen/skein/gateway/v1/gateway_info_service_pb.ts";
import { AccountDeactivatedSchema } from "#gen/skein/identity/v1/identity_events_pb.ts";
import { OpsService } from "#gen/skein/ops/v1/ops_service_pb.ts";
import { type ToyDeps, toy } from "#mesh/testing/toy.ts";
import { ACCOUNT, startTestGate, type TestGate } from "../testing.ts";

const caught = (call: Promise<unknown>) => call.then(() => undefined, ConnectError.from);
const factsOf = (error: ConnectError | undefined) => error?.findDetails(FailureSchema)[0];

const start = () => startTestGate({ also: [toy("content", [], {}), toy("media", [], {})] });
const asAdmin = (gate: TestGate, service?: string) => ({
  headers: { ...gate.bearer({ roles: ["admin"] }), ...(service && { "Skein-Service": service }) },
});
const transports = (gate: TestGate): Transport[] => [
  createConnectTransport({ baseUrl: gate.url, httpVersion: "2" }),
  createGrpcTransport({ baseUrl: gate.url }),
];

test("what every service serves is asked of the one that the header names", async () => {
  await using gate = await start();
  const { db } = gate.mesh.deps<ToyDeps>("content");
  await db.commit(undefined, async (tx) => tx.publish(AccountDeactivatedSchema, { accountId: ACCOUNT }));
  for (const transport of transports(gate)) {
    const ops = createClient(OpsService, transport);
    const entries = async (service: string) => {
      const since = { seconds: 0n };
      const found: string[] = [];
      for await (const answer of ops.tailLog({ since, once: true }, asAdmin(gate, service)))
        found.push(...answer.entries.map(({ subjectId }) => subjectId));
      return found;
    };
    expect(await entries("content")).toEqual([ACCOUNT]);
    expect(await entries("media")).toEqual([]);
    expect((await ops.listConsumers({}, asAdmin(gate, "identity"))).consumers).toEqual([]);
  }
});

test("without the header, or with a name that nobody has, the services are told", async () => {
  await using gate = await start();
  for (const transport of transports(gate)) {
    const ops = createClient(OpsService, transport);
    const services = "identity, content, media";
    const unnamed = await caught(ops.listConsumers({}, asAdmin(gate)));
    expect(unnamed?.code).toBe(Code.InvalidArgument);
    expect(factsOf(unnamed)).toMatchObject({ domain: "gateway", reason: "SERVICE_UNNAMED", facts: { services } });
    const unknown = await caught(ops.listConsumers({}, asAdmin(gate, "gateway")));
    expect(factsOf(unknown)).toMatchObject({ reason: "SERVICE_UNKNOWN", facts: { services } });
    const stream = ops.tailLog({ once: true }, asAdmin(gate, "nobody"))[Symbol.asyncIterator]();
    expect(factsOf(await caught(stream.next()))?.reason).toBe("SERVICE_UNKNOWN");
  }
});

test("only administrators get so far, and what peers ask each other is not there", async () => {
  await using gate = await start();
  const [transport] = transports(gate);
  const ops = createClient(OpsService, transport as Transport);
  const user = { headers: { ...gate.bearer(), "Skein-Service": "content" } };
  expect(factsOf(await caught(ops.listConsumers({}, user)))?.reason).toBe("ROLE_MISSING");
  expect((await caught(ops.listConsumers({})))?.code).toBe(Code.Unauthenticated);
  expect((await caught(ops.readLog({}, asAdmin(gate, "content"))))?.code).toBe(Code.Unimplemented);
  const { services } = await createClient(GatewayInfoService, transport as Transport).getServerInfo({});
  expect(services.filter((name) => name === OpsService.typeName)).toHaveLength(1);
});
