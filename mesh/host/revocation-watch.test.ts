import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { ConnectError } from "@connectrpc/connect";
import { expect, test } from "vitest";
import { IdentityService } from "#gen/skein/identity/v1/identity_service_pb.ts";
import { SessionService } from "#gen/skein/identity/v1/session_service_pb.ts";
import { toy } from "../testing/toy.ts";
import { as, startTestMesh } from "../testing.ts";

const ann = "0193aaaa-0000-7000-8000-000000000001";
const HOUR_MS = 3_600_000;

test("a process that has just started knows what was revoked before, from its first call on", async () => {
  const identity = toy("identity", [IdentityService, SessionService], {
    listRevocations:
      ({ clock, timers }) =>
      async () => {
        await timers.sleep(100); // an identity that has work to do
        const until = timestampFromDate(new Date(clock.now().getTime() + HOUR_MS));
        const subject = { case: "accountId" as const, value: ann };
        return { revocations: [{ position: 1n, subject, revokedAt: until, expiresAt: until }], position: 1n };
      },
  });
  await using mesh = await startTestMesh([identity]);
  const refused = await mesh.client(IdentityService).getMe({}, as(ann)).catch(ConnectError.from);
  expect((refused as ConnectError).rawMessage).toBe("the session has ended: sign in again");
});
