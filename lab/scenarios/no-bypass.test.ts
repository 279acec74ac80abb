import { createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { describe, expect, inject, test } from "vitest";
import { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import { SessionService } from "#gen/skein/identity/v1/session_service_pb.ts";
import { HOP_HEADER, signHop } from "#mesh/identity/hop.ts";
import { openKeyring } from "#mesh/identity/keyring.ts";
import { codeOf } from "./outcome.ts";
import { bearer, startTown } from "./shapes.ts";

// In one process a service has no address of its own; mesh/host.test.ts refuses the same calls in memory.
describe("split", () => {
  test("a service answers nobody who comes past the gateway", async () => {
    await using town = await startTown("split");
    const { tokens, account } = await town
      .client(IdentityService)
      .registerAccount({ handle: "dave", email: "dave@example.com", password: "correct horse battery" });
    const accountId = account?.profile?.accountId ?? "";
    const direct = createConnectTransport({ baseUrl: town.direct.identity ?? "", httpVersion: "2" });
    const identity = createClient(IdentityService, direct);
    const method = "skein.identity.v1.IdentityService/GetProfile";
    const asMedia = signHop(
      openKeyring(inject("servers").keys, "media"),
      "identity",
      { method, assertion: "", client: "" },
      new Date(),
    );

    expect(await codeOf(identity.getProfile({ accountId }))).toBe("Unauthenticated");
    expect(await codeOf(identity.getMe({}, bearer(tokens)))).toBe("Unauthenticated");
    expect(await codeOf(identity.getMe({}, { headers: { "skein-actor": accountId, "x-user-id": accountId } }))).toBe(
      "Unauthenticated",
    );
    expect(await codeOf(createClient(SessionService, direct).listRevocations({}))).toBe("Unauthenticated");
    expect(await codeOf(identity.getProfile({ accountId }, { headers: { [HOP_HEADER]: asMedia } }))).toBe(
      "PermissionDenied",
    );
  });
});

describe("the gateway", () => {
  test("does not show what is not public, and believes no header of ours", async () => {
    await using town = await startTown("one process");
    expect(await codeOf(town.client(SessionService).listRevocations({}))).toBe("Unimplemented");
    const forged = { headers: { "skein-actor": "x", "skein-hop": "x", "skein-client": "127.0.0.1" } };
    expect(await codeOf(town.client(IdentityService).getMe({}, forged))).toBe("Unauthenticated");
    expect(await codeOf(town.client(IdentityService).searchProfiles({}, forged))).toBe("OK");
  });
});
