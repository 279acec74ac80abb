import { expect, inject, test } from "vitest";
import { PrivacyService } from "#gen/skein/identity/v1/privacy_service_pb.ts";
import { translate } from "../store/database-failure.ts";
import { toy } from "../testing/toy.ts";
import { layWire } from "../testing/wire.ts";
import { startTestMesh } from "../testing.ts";

const service = toy("content", [PrivacyService], {});

test("a database that is gone, or that hangs, makes the host unready until it answers again", async () => {
  await using wire = await layWire(inject("servers").postgres);
  await using mesh = await startTestMesh([service], { DATABASE_URL: wire.url, ADMIN_PORT: "0" });
  const status = async () => (await fetch(`http://127.0.0.1:${mesh.mesh.adminPort}/readyz`)).status;
  const becomes = (wanted: number) => expect.poll(status, { timeout: 5_000 }).toBe(wanted);
  await becomes(200);
  wire.hang();
  await becomes(503);
  await wire.mend();
  await becomes(200);
  await wire.cut();
  await becomes(503);
  await wire.mend();
  await becomes(200);
});

test("a statement on a connection that has just been lost says that the database is away", () => {
  const lost = new Error("Client has encountered a connection error and is not queryable"); // the driver gives no code
  expect(translate(lost)).toMatchObject({ reason: "DATABASE_UNAVAILABLE" });
});
