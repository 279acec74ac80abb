import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { Migration } from "@mikro-orm/migrations";
import { expect, test } from "vitest";
import { GatewayInfoService } from "#gen/skein/gateway/v1/gateway_info_service_pb.ts";
import { defineService, serve } from "./service.ts";
import { sql } from "./store/sql.ts";
import { as, startTestMesh } from "./testing.ts";

class Greeting20261121 extends Migration {
  override name = "20261121_greeting";
  override up(): void {
    this.addSql("create table greeting (word text primary key)");
  }
}

const info = defineService({
  name: "content",
  config: {},
  calls: {},
  migrations: [Greeting20261121],
  entities: [],
  serves: [
    serve(GatewayInfoService, {
      getServerInfo: ({ db }) => async (_, context) => {
        await db.commit(undefined, (tx) => tx.query(sql`insert into greeting (word) values (${context.requestId})`));
        return { version: context.actor?.accountId ?? "nobody" };
      },
    }),
  ],
});

test("a call reaches its handler with the account behind it", async () => {
  await using mesh = await startTestMesh([info], { MESH_STRICT_BUDGETS: "false" });
  const client = mesh.client(GatewayInfoService);
  const { version } = await client.getServerInfo({}, as("0193aaaa-0000-7000-8000-000000000001"));
  expect(version).toBe("0193aaaa-0000-7000-8000-000000000001");
});

test("a call that proves nothing is refused", async () => {
  await using mesh = await startTestMesh([info]);
  const [running] = mesh.mesh.running;
  if (!running) throw new Error("nothing runs");
  const naked = createClient(GatewayInfoService, running.transport);
  const error = await naked.getServerInfo({}).catch((thrown: unknown) => ConnectError.from(thrown));
  expect(error).toMatchObject({ code: Code.Unauthenticated });
});
