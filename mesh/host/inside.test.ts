import { createClient } from "@connectrpc/connect";
import { expect, test } from "vitest";
import { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import { callPolicy } from "../calls.ts";
import type { LeanTransport } from "../exchange.ts";
import { toy } from "../testing/toy.ts";
import { startTestMesh } from "../testing.ts";
import { createPeers } from "./peers.ts";

const ANN = "0193aaaa-0000-7000-8000-000000000001";

test("a stopping process finishes the calls that others made to it, however long within the time to drain", async () => {
  const [begun, go] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const identity = toy("identity", [IdentityService], {
    getProfile:
      ({ timers }) =>
      async (_, { signal }) => {
        begun.resolve();
        await go.promise;
        await timers.sleep(1_200, signal); // longer than a listener waits of its own accord
        return { profile: { accountId: ANN } };
      },
  });
  const mesh = await startTestMesh([identity], { MESH_PORT: "0" });
  using peers = createPeers(new Map([["identity", `http://127.0.0.1:${mesh.mesh.port}`]]));
  const wire = peers.find("identity") as LeanTransport;
  const caller = {
    keyring: mesh.mesh.keyringOf("gateway"),
    lent: mesh.mesh.lent,
    ownerOf: () => "identity",
    retries: false,
  };
  const call = createClient(IdentityService, callPolicy(wire, caller)).getProfile({ accountId: ANN });
  await begun.promise;
  const stopped = mesh[Symbol.asyncDispose]();
  go.resolve();
  expect((await call).profile?.accountId).toBe(ANN);
  await stopped;
});
